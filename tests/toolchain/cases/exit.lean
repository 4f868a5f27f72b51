-- A thread ends the process while the main thread computes for ever.
partial def spin (n : Nat) : Nat := if n = 123456789123456789 then 0 else spin (n + 1)
public def main : IO UInt32 := do
  let _ ← IO.asTask (prio := .dedicated) (do
    IO.sleep 300
    IO.println "from the thread"
    let (_ : Unit) ← IO.Process.exit 7)
  IO.println (toString (spin 0))
  return 1

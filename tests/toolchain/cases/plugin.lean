-- A thread that blocks for ever in a read does not hold up the others, nor the end.
@[extern "twice"] public opaque twice (n : Nat) : Nat
@[extern "copyAll"] public opaque copyAll : BaseIO Unit
@[extern "waitForEver"] public opaque waitForEver : BaseIO Unit
public def main : IO UInt32 := do
  let _ ← IO.asTask (prio := .dedicated) (do waitForEver)
  IO.sleep 1500
  copyAll
  IO.println s!"twice {twice 21}"
  return 9

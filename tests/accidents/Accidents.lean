import LeanWorker

/-! What goes wrong in the middle of a row stream, for `accidents_helper.c`. -/
namespace Accidents

partial def spin (n : Nat) : Nat := if n == 0 then 0 else spin (n + 1)

partial def deep (n : Nat) : Nat := deep (n + 1) + 1

partial def grow (text : String) : IO Unit := grow (text ++ text)

partial def endless (out : LeanWorker.Stream) (n : Nat) : IO String := do
  out.row "rows" s!"{n}"
  endless out (n + 1)

/-- Some rows, then the accident that the request names. -/
def rows (request : String) (out : LeanWorker.Stream) : IO String := do
  for n in LeanWorker.upTo 1000 do out.row "rows" s!"{n}"
  out.progress "accident" 1000 0 -- which sends the rows before it
  match request with
  | "fine" => return "fine"
  | "prints" =>
    IO.println "to stdout, in the middle of it"
    IO.eprintln "to stderr"
    for n in LeanWorker.upTo 1000 do
      out.row "rows" s!"{1000 + n}"
      IO.print "{\"type\":\"RAN\"}"
    return "fine"
  | "panics" =>
    let n : Nat := panic! "in the middle of it"
    return if n == 0 then "fine" else "not fine"
  | "throws" => throw (IO.userError "in the middle of it")
  | "endless" => endless out 1000
  | "spins" => return toString (spin 1)
  | "recurses" => return toString (deep 1)
  | "grows" => grow "0123456789abcdef"; return ""
  | "exits" => IO.Process.exit 0
  | other => throw (IO.userError s!"no such accident: {other}")

end Accidents

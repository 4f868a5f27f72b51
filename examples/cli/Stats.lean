import LeanWorker

/-! Two exports: one that answers, and one that sends rows before it does. -/

/-- How long the request is, in characters and in bytes. -/
def stats (request : String) : IO String :=
  return s!"\{\"characters\": {request.length}, \"bytes\": {request.utf8ByteSize}}"

/-- A row for each number below the one that the request names. -/
def squares (request : String) (out : LeanWorker.Stream) : IO String := do
  match request.toNat? with
  | none => throw (IO.userError s!"no number: {request}")
  | some count =>
    LeanWorker.times count fun n => out.row "squares" (toString (n * n))
    return s!"{count} rows"

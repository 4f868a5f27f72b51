import LeanWorker

/-! The exports of `docs/exports.md`; `lean-worker run` runs them. -/
namespace Demo

/-- A JSON command: bytes and lines of a text. -/
def stats (request : String) : IO String := do
  let lines := request.splitOn "\n"
  return LeanWorker.Json.object [
    ("bytes", toString request.utf8ByteSize), ("lines", toString lines.toArray.size)]

def square (n : Nat) : String :=
  LeanWorker.Json.object [("n", toString n), ("square", toString (n * n))]

/-- A row for each number below the one that the request says. -/
def squares (request : String) (out : LeanWorker.Stream) : IO String := do
  let some count := request.toNat?
    | throw (IO.userError s!"a number is wanted, not {request}")
  for n in LeanWorker.upTo count do
    if n % 1000 == 0 then out.progress "squares" n count
    out.row (if n % 2 == 0 then "even" else "odd") (square n)
  out.notice "done" s!"all {count} of them"
  return LeanWorker.Json.object [("count", toString count)]

/-- Prime or not, the slow way: what it takes to be cancelled without rows. -/
partial def isPrime (n : Nat) : IO Bool :=
  go 2
where
  go (d : Nat) : IO Bool := do
    LeanWorker.checkCancelled
    if d * d > n then return n ≥ 2
    else if n % d == 0 then return false
    else go (d + 1)

def prime (request : String) : IO String := do
  return toString (← isPrime (request.toNat?.getD 0))

def metadata (_request : String) : IO String :=
  return LeanWorker.metadata (commands := [("stats", "1"), ("squares", "1"), ("prime", "1")])

def doctor (_request : String) : IO String :=
  return LeanWorker.doctor [
    { severity := .info, code := "embedded", message := s!"Lean {Lean.versionString}" }]

end Demo

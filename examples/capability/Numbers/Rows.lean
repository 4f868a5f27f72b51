import LeanWorker
import Numbers.Divisors

/-! A command with rows: they are sent while it runs, and it says how far it is. -/
namespace Numbers

open LeanWorker

/-- A row for each prime below `below`; progress every 1000 numbers. -/
partial def sendPrimes (below : Nat) (out : Stream) : IO Nat :=
  go 0 0
where
  go (n found : Nat) : IO Nat := do
    if n ≥ below then return found
    if n % 1000 == 0 then out.progress "primes" n below
    if isPrime n then
      out.send "primes" (record [("index", found), ("prime", n)])
      go (n + 1) (found + 1)
    else
      go (n + 1) found

def listPrimes (request : Request) (out : Stream) : IO Json.Value := do
  let below ← request.get "below"
  let found ← sendPrimes below out
  if found == 0 then out.notice "none" s!"no prime is below {below}"
  return record [("below", below), ("found", found)]

end Numbers

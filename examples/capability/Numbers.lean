import LeanWorker
import Numbers.Divisors
import Numbers.Rows
import Numbers.Health

/-! What programs may call: an export in a line, or two. -/
namespace Numbers

open LeanWorker

def gcd : Command := command fun (r : Request) =>
  return record [("gcd", Nat.gcd (← r.get "a") (← r.get "b"))]

def factor : Command := command fun (r : Request) =>
  return record [("factors", factors (← r.get "n"))]

def primes : StreamingCommand := streaming listPrimes

def doctor : Command := doctorOf [Health.lean, Health.arithmetic]

def metadata : Command := metadataOf [("gcd", "1"), ("factor", "1"), ("primes", "1")]

end Numbers

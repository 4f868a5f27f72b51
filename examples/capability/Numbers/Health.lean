import LeanWorker
import Numbers.Divisors

/-! Checks of the package for its doctor: each gives what it has found. -/
namespace Numbers.Health

open LeanWorker

/-- Does the code compute what is known? -/
def arithmetic : IO (List Finding) :=
  if factors 1001 == [7, 11, 13] then return []
  else return [{ severity := .error, code := "arithmetic", message := "1001 is not 7 * 11 * 13" }]

/-- What it runs on. -/
def lean : IO (List Finding) :=
  return [{ severity := .info, code := "lean", message := s!"Lean {Lean.versionString}" }]

end Numbers.Health

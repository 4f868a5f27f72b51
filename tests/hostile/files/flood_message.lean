-- One message of 20 MB.
import Lean
open Lean Elab Command
partial def doubled (n : Nat) (s : String) : String :=
  if n = 0 then s else doubled (n - 1) (s ++ s)
elab "#flood" : command => logInfo m!"{doubled 20 "twenty bytes of text"}"
#flood

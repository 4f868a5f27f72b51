-- One message of 20 MB.
import Lean
open Lean Elab Command
meta partial def doubled (n : Nat) (s : String) : String :=
  if n = 0 then s else doubled (n - 1) (s ++ s)
elab "#flood" : command => modify fun s => { s with
  messages := s.messages.add { fileName := "", pos := ⟨1, 0⟩, severity := .information
                               data := doubled 20 "twenty bytes of text" } }
#flood

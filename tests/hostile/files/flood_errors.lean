import Lean
open Lean Elab Command
meta partial def flood (n : Nat) (log : MessageLog) : MessageLog :=
  if n = 0 then log
  else flood (n - 1) (log.add { fileName := "", pos := ⟨1, 0⟩, data := s!"error {n}" })
elab "#flood" : command => modify fun s => { s with messages := flood 10000 s.messages }
#flood

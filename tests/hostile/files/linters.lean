-- A linter outlives the file where nobody takes it out again.
import Lean
open Lean Elab Command
public meta def nag : Linter where
  run _ := modify fun s => { s with
    messages := s.messages.add { fileName := "", pos := ⟨1, 0⟩, data := "nagging" } }
  name := `nag
elab "#nag" : command => lintersRef.modify (·.push nag)
#nag

import Lean
open Lean Elab Command
elab "#interrupt" : command => throwInterruptException
elab "#abort" : command => throwAbortCommand
elab "#unknown" : command => throw (.internal ⟨12345⟩)
elab "interrupts" : term => throwInterruptException
#abort
#interrupt
theorem after : 1 = 1 := rfl
#check (interrupts : Nat)
#unknown
theorem last : 1 = 1 := rfl

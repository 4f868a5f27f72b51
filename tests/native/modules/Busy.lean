prelude
import Base
/-! Busy: An import that leaves a thread behind, which works for ever. Compiled by `run`. -/
unsafe def spin (n : Nat) : Nat :=
  match Nat.decEq n 1 with
  | .true => n
  | .false => spin (Nat.add n 2)
unsafe def work (n : Nat) : BaseIO Nat := fun w => ST.Out.mk (spin n) w
@[init] unsafe def start : IO Unit :=
  IO.bind (IO.lift (BaseIO.asTask (work 2) 9)) fun _ => IO.pure PUnit.unit

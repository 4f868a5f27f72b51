prelude
import Base
/-! Hang: An import that does not end. Compiled by `run`. -/
unsafe def spin (n : Nat) : Nat :=
  match Nat.decEq n 1 with
  | .true => n
  | .false => spin (Nat.add n 2)
@[init] unsafe def start : IO Unit :=
  match Nat.decEq (spin 2) 0 with
  | .true => IO.pure PUnit.unit
  | .false => IO.Process.exit (UInt8.ofNat 4)

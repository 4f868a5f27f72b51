def half (n : Nat) : Option Nat := if n % 2 = 0 then some (n / 2) else none

def quarter (n : Nat) : Option Nat := do
  let h ← half n
  half h

theorem quarter_eight : quarter 8 = some 2 := rfl
theorem quarter_six : quarter 6 = none := by decide
theorem quarter_four : quarter 4 = some 2 := by decide

def count : StateM Nat Unit := do
  modify (· + 1)
  let n ← get
  if n > 3 then set 0 else pure ()

def broken : Option Nat := do
  let x ← 5
  return x
def noResult : Option Nat := do
  let x ← some 5

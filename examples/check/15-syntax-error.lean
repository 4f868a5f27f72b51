/- A parenthesis is missing; Lean goes on with the next command. -/

def broken : Nat := (1 + 2

theorem fine : 1 + 2 = 3 := rfl

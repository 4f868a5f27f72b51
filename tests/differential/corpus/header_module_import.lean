module

public import Init.Data.Nat.Basic
import Init.Omega

public section

theorem add_three (a b c : Nat) : a + b + c = c + b + a := by omega
def keep (n : Nat) : Nat := n

end

private theorem keep_self (n : Nat) : keep n = n := rfl
example (n : Nat) : keep n = n + 1 := by unfold keep; omega

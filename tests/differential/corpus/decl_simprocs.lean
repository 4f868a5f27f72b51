import Lean.Meta.Tactic.Simp
open Lean Meta Simp

def magic (n : Nat) : Nat := n + 7

simproc reduceMagic (magic _) := fun e => do
  let_expr magic n := e | return .continue
  let some n ← Nat.fromExpr? n | return .continue
  return .done { expr := mkNatLit (n + 7) }

theorem magic_three : magic 3 = 10 := by simp [reduceMagic]
theorem magic_rfl : magic 3 = 10 := rfl
theorem magic_wrong : magic 3 = 11 := by simp only [reduceMagic]

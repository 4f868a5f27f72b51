infixl:65 " ⊞ " => fun (a b : Nat) => a + b + 1
prefix:max "⌗" => Nat.succ
notation "‖" x "‖₂" => x * x
notation:50 a " between " b " and " c => b ≤ a ∧ a ≤ c

theorem box_plus : 1 ⊞ 2 = 4 := rfl
theorem hash_succ : ⌗3 = 4 := rfl
theorem bars : ‖3‖₂ = 9 := rfl
theorem betw : 3 between 2 and 4 := by decide
#check fun n : Nat => ⌗n ⊞ ‖n‖₂
example : 1 ⊞ = 4 := rfl
example : 3 between 2 and := by decide

notation:65 a " ⊕⊕ " b => a + b * 2
infixl:70 " ** " => fun (a b : Nat) => a * b
syntax "my_tac" : tactic
macro_rules | `(tactic| my_tac) => `(tactic| first | rfl | omega)
example : 1 ⊕⊕ 2 = 5 := by my_tac
example : 2 ** 3 = 7 := by my_tac

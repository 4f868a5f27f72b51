theorem via_admit : 1 = 2 := by admit
theorem via_axiom_name : 1 = 2 := sorryAx _ false
theorem via_stop : 1 = 2 := by
  stop
  exact nonsense
macro "obviously" : tactic => `(tactic| sorry)
theorem via_macro : 1 = 2 := by obviously
theorem via_next : 1 = 2 ∧ 2 = 3 := by
  constructor
  case left => sorry
  case right => sorry
theorem via_any : 1 = 2 ∧ 2 = 3 := by
  constructor <;> sorry
local notation "proof" => sorry
theorem via_notation : 1 = 2 := proof

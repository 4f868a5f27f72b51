import Lean
/- A tactic of one's own: `import Lean` gives the whole of Lean to program with. -/
open Lean Elab Tactic

/-- Closes a goal by the first hypothesis that fits, or by reflexivity. -/
elab "settle" : tactic => do
  evalTactic (← `(tactic| first | assumption | rfl))

theorem by_assumption (p q : Prop) (_hp : p) (hq : q) : q := by settle

theorem by_reflexivity : 2 + 2 = 4 := by settle

macro "both" : tactic => `(tactic| constructor <;> settle)

theorem together (p q : Prop) (hp : p) (hq : q) : p ∧ q := by both

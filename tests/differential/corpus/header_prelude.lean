prelude
-- Nothing is there: not even Nat.
inductive Two : Type
  | yes
  | no

inductive Same {α : Type} (a : α) : α → Prop
  | refl : Same a a

theorem same_yes : Same Two.yes Two.yes := Same.refl
#check Nat
theorem not_same : Same Two.yes Two.no := Same.refl

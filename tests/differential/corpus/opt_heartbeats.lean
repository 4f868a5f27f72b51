set_option maxHeartbeats 50 in
theorem hurried (a b c d e f : Nat) (h : a + b + c + d + e + f = 10) (h₂ : a > 3) (h₃ : b > 4) (h₄ : c > 5) : d = 0 := by
  omega

theorem unhurried (a b c : Nat) (h : a + b = 10) (h₂ : a > 3) (h₃ : b > 6) : c < c := by
  omega

set_option maxHeartbeats 20 in
example : (List.range 200).length = 200 := by decide

set_option maxHeartbeats 0 in
example : 100 * 100 = 10000 := by decide

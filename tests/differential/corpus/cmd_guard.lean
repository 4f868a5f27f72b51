#guard 1 + 1 == 2
#guard 1 + 1 == 3
#guard_expr 1 + 1 =~ 2
/-- info: 2 -/
#guard_msgs in
#eval 1 + 1

/-- info: 3 -/
#guard_msgs in
#eval 1 + 1

#guard_msgs (drop error) in
example : 1 = 2 := rfl

#guard_msgs in
example : 1 = 2 := rfl

/-- error: unsolved goals -/
#guard_msgs (error, drop warning) in
example : 1 = 2 := by skip

/-- info: 2 -/
#guard_msgs in
#eval 1 + 1
/-- info: 3 -/
#guard_msgs in
#eval 1 + 1
#guard 1 + 1 == 2
#guard 1 + 1 == 3

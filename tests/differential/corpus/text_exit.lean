theorem seen : True := trivial
#check seen
#exit
theorem not_seen : False := trivial
this is not even Lean

import Lean
#eval Lean.searchPathRef.set []
run_cmd Lean.searchPathRef.set ["/nowhere"]

import Lean.Parser.Term

#check Lean.Parser.Term.app
example : Lean.Name := `Lean.Parser.Term.app
example : Lean.Name := ``Lean.Parser.Term.apple

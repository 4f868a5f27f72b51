/- A text that doubles until there is no memory left. -/

partial def grow (text : String) : Nat :=
  if text.isEmpty then 0 else grow (text ++ text)

#eval grow "more and more and more "

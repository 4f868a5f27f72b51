/- A number where a text belongs. The next definition is fine all the same. -/

def greet (name : String) : String := "Hello, " ++ name

def wrong : String := greet 42

def right : String := greet "Ada"

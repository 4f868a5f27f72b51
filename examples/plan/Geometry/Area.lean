/- No module imports this one: the glob `Geometry.*` names it. -/
import Units

def area (a b : Units.Metre) : Nat := a.count * b.count

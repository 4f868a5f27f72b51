import Std.Data.HashMap

open Std (HashMap)

def table : HashMap Nat String := ({} : HashMap Nat String).insert 1 "one"

#check table
#check HashMap.size_insert
example : HashMap Nat Nat := {}
example : HashMap Nat Nat := []

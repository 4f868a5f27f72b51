namespace Outer
def here := 1
namespace Inner
def there := here + 1
end Inner
protected def guarded := 3
private def secret := 4
open Inner in
#check there
#check there
end Outer

#check Outer.here
#check Outer.Inner.there
#check here
open Outer
#check here
#check guarded
#check Outer.guarded
export Outer.Inner (there)
#check there
open Outer hiding here
open NoSuchNamespace
namespace A.B.C
def deep := 0
end B.C
end A

/-!
# LeanWorker: for authors of exports

An export is a function that a program calls through lean-worker:

```
def stats (request : String) : IO String
def rows (request : String) (out : LeanWorker.Stream) : IO String
```

It has one of these two types. Request and answer are text, as a rule JSON. An
exception of the export fails the request, and the program gets its text.

What a streaming export sends through `out` reaches the program at once, and is
tentative until the export has returned. A stream ends with its run: whoever
keeps it gets an exception from then on, and nothing is sent.

`command` and `streaming` make an export of a function on JSON, in a line:

```
def gcd : Command := command fun (r : Request) => do
  return record [("gcd", Nat.gcd (← r.get "a") (← r.get "b"))]
```
-/
namespace LeanWorker

opaque StreamPointed : NonemptyType.{0}

/-- The way out of the run in progress. Only lean-worker makes one. -/
def Stream : Type := StreamPointed.type

instance : Nonempty Stream := StreamPointed.property

namespace Stream

/--
Send a row of the stream that is called `stream`, of which a run may have 16;
their names have at most 1024 bytes. Rows arrive in the order in which they are
sent. They are gathered: a row may wait for others, but for the next call, or
the end of the run, when it is older than 50 ms.

Throws where the request was cancelled, so an export that sends rows needs no
`checkCancelled`, and where the row is larger than a frame may be (256 MiB, unless
the program set another limit).
-/
@[extern "lw_stream_row"]
opaque row (out : @& Stream) (stream : @& String) (payload : @& String) : IO Unit

/-- The same with any bytes in the row. -/
@[extern "lw_stream_row_bytes"]
opaque rowBytes (out : @& Stream) (stream : @& String) (payload : @& ByteArray) : IO Unit

/-- Say something beside the rows: `code` for programs, `message` for people. -/
@[extern "lw_stream_notice"]
opaque notice (out : @& Stream) (code : @& String) (message : @& String) : IO Unit

/--
Say how far the work is, in whatever unit; a total of 0 is not known. Sent at
once, together with the rows before it, so not for every row.
-/
@[extern "lw_stream_progress"]
opaque progress (out : @& Stream) (phase : @& String) (current : @& Nat) (total : @& Nat) : IO Unit

end Stream

/-- Was the request in progress cancelled? Costs next to nothing. -/
@[extern "lw_is_cancelled"]
opaque isCancelled : BaseIO Bool

/-- Throw where the request was cancelled: for long work that sends no rows. -/
def checkCancelled : IO Unit := do
  if ← isCancelled then throw (IO.userError "the request was cancelled")

/-! ### Loops

The embedded Lean compiles `for x in` a list, and these; not `while`, nor `for`
over an array or `[0:n]`.
-/

/-- The numbers below `count`, for `for i in upTo count do`. -/
structure UpTo where
  count : Nat

/-- The numbers below `count`, for `for i in upTo count do`. -/
def upTo (count : Nat) : UpTo := { count }

@[specialize] def UpTo.loop {m : Type → Type u} [Monad m] {β : Type}
    (body : Nat → β → m (ForInStep β)) : (left i : Nat) → β → m β
  | 0, _, value => pure value
  | left + 1, i, value => do
    match ← body i value with
    | .done value => pure value
    | .yield value => UpTo.loop body left (i + 1) value

instance {m : Type → Type u} [Monad m] : ForIn m UpTo Nat where
  forIn numbers init body := UpTo.loop body numbers.count 0 init

/-- Do `body` for each number below `count`, up to an exception. -/
partial def times (count : Nat) (body : Nat → IO Unit) : IO Unit :=
  go 0
where
  go (i : Nat) : IO Unit := do
    if i < count then
      body i
      go (i + 1)

/-! ### JSON as text

For exports that do not import `Lean`, which has JSON of its own, and costs a
session a second and 250 MB.
-/
namespace Json

private def hexDigit (n : Nat) : Char :=
  if n < 10 then Char.ofNat (48 + n) else Char.ofNat (87 + n)

private def escape (c : Char) : List Char :=
  let n := c.toNat
  if c == '"' || c == '\\' then ['\\', c]
  else if c == '\n' then ['\\', 'n']
  else if n < 32 then ['\\', 'u', '0', '0', hexDigit (n / 16), hexDigit (n % 16)]
  else [c]

private def pushAll (to : String) : List Char → String
  | [] => to
  | c :: rest => pushAll (to.push c) rest

private def escapeOnto (to : String) : List Char → String
  | [] => to
  | c :: rest => escapeOnto (pushAll to (escape c)) rest

/-- A string with its quotes. -/
def string (text : String) : String :=
  (escapeOnto "\"" text.toList).push '"'

private def join (first : String) : List String → String
  | [] => first
  | item :: rest => join (first ++ ", " ++ item) rest

private def listed : List String → String
  | [] => ""
  | item :: rest => join item rest

/-- `items` are JSON. -/
def array (items : List String) : String :=
  "[" ++ listed items ++ "]"

private def member (field : String × String) : String :=
  string field.1 ++ ": " ++ field.2

private def memberTexts : List (String × String) → List String
  | [] => []
  | field :: rest => member field :: memberTexts rest

/-- The names are any text; the values are JSON. -/
def object (fields : List (String × String)) : String :=
  "{" ++ listed (memberTexts fields) ++ "}"

end Json

/-! ### JSON as values -/

/-- A value of JSON. A number is kept as it is written. -/
inductive Json.Value where
  | null
  | bool (value : Bool)
  | number (text : String)
  | string (text : String)
  | array (items : List Json.Value)
  | object (members : List (String × Json.Value))

instance : Inhabited Json.Value := ⟨.null⟩

namespace Json

mutual

private partial def valueOnto (to : String) : Value → String
  | .null => to ++ "null"
  | .bool value => to ++ (if value then "true" else "false")
  | .number text => to ++ text
  | .string text => to ++ Json.string text
  | .array items => (itemsOnto (to.push '[') items).push ']'
  | .object members => (membersOnto (to.push '{') members).push '}'

private partial def itemsOnto (to : String) : List Value → String
  | [] => to
  | [item] => valueOnto to item
  | item :: rest => itemsOnto (valueOnto to item ++ ", ") rest

private partial def membersOnto (to : String) : List (String × Value) → String
  | [] => to
  | [(name, value)] => valueOnto (to ++ Json.string name ++ ": ") value
  | (name, value) :: rest => membersOnto (valueOnto (to ++ Json.string name ++ ": ") value ++ ", ") rest

end

/-- As it is sent. -/
def Value.text (value : Value) : String :=
  valueOnto "" value

/-- What is wrong with a value: where, as a JSON pointer, and what is wanted there. -/
structure Fault where
  field : String
  detail : String

def Fault.text (fault : Fault) : String :=
  if fault.field == "" then fault.detail else s!"field \"{fault.field}\": {fault.detail}"

/-! Reading goes over the characters, and gives those that are left, or what is
wrong and how many were left there. -/

private abbrev Reading (α : Type) := Except (String × List Char) (α × List Char)

/-- Values in each other; deeper ones would cost stack. -/
def depthMax : Nat := 100

private def skipSpace : List Char → List Char
  | [] => []
  | c :: rest =>
    if c == ' ' || c == '\n' || c == '\t' || c == '\r' then skipSpace rest else c :: rest

private def isDigit (c : Char) : Bool :=
  c.toNat ≥ 48 && c.toNat ≤ 57

private def hexValue (c : Char) : Option Nat :=
  let n := c.toNat
  if isDigit c then some (n - 48)
  else if n ≥ 97 && n ≤ 102 then some (n - 87)
  else if n ≥ 65 && n ≤ 70 then some (n - 55)
  else none

private def fourHex : List Char → Option (Nat × List Char)
  | a :: b :: c :: d :: rest =>
    match hexValue a, hexValue b, hexValue c, hexValue d with
    | some a, some b, some c, some d => some (((a * 16 + b) * 16 + c) * 16 + d, rest)
    | _, _, _, _ => none
  | _ => none

/-- What stands behind `\u`: one unit of UTF-16, or two that are one character. -/
private def unicode (text : List Char) : Option (Char × List Char) :=
  match fourHex text with
  | none => none
  | some (high, rest) =>
    if high < 0xD800 || high ≥ 0xE000 then some (Char.ofNat high, rest)
    else if high ≥ 0xDC00 then none
    else match rest with
      | slash :: u :: rest =>
        if slash != '\\' || u != 'u' then none else lowHalf (high - 0xD800) (fourHex rest)
      | _ => none
where
  lowHalf (high : Nat) : Option (Nat × List Char) → Option (Char × List Char)
    | none => none
    | some (low, rest) =>
      if low < 0xDC00 || low ≥ 0xE000 then none
      else some (Char.ofNat (0x10000 + high * 0x400 + (low - 0xDC00)), rest)

private def escaped : List Char → Option (Char × List Char)
  | [] => none
  | c :: rest =>
    if c == 'u' then unicode rest
    else if c == '"' || c == '\\' || c == '/' then some (c, rest)
    else if c == 'n' then some ('\n', rest)
    else if c == 't' then some ('\t', rest)
    else if c == 'r' then some ('\r', rest)
    else if c == 'b' then some (Char.ofNat 8, rest)
    else if c == 'f' then some (Char.ofNat 12, rest)
    else none

private partial def readString (to : String) (text : List Char) : Reading String :=
  match text with
  | [] => .error ("a string has no end", text)
  | c :: rest =>
    if c == '"' then .ok (to, rest)
    else if c == '\\' then
      match escaped rest with
      | none => .error ("a string has an escape that JSON does not have", text)
      | some (c, rest) => readString (to.push c) rest
    else if c.toNat < 32 then .error ("a string has a control character", text)
    else readString (to.push c) rest

private def digits (to : String) : List Char → String × List Char
  | [] => (to, [])
  | c :: rest => if isDigit c then digits (to.push c) rest else (to, c :: rest)

/-- One digit or more behind what was read. -/
private def someDigits (to : String) : List Char → Reading String
  | [] => .error ("a number has no end", [])
  | c :: rest =>
    if isDigit c then .ok (digits (to.push c) rest)
    else .error ("a number is not as JSON has it", c :: rest)

private def exponent (to : String) : List Char → Reading String
  | e :: sign :: rest =>
    if e != 'e' && e != 'E' then .ok (to, e :: sign :: rest)
    else if sign == '+' || sign == '-' then someDigits ((to.push 'e').push sign) rest
    else someDigits (to.push 'e') (sign :: rest)
  | rest => .ok (to, rest)

private def fraction (to : String) (text : List Char) : Reading String :=
  match text with
  | [] => .ok (to, text)
  | c :: rest =>
    if c != '.' then exponent to text
    else match someDigits (to.push c) rest with
      | .error e => .error e
      | .ok (to, rest) => exponent to rest

private def readNumber (to : String) (text : List Char) : Reading String :=
  match text with
  | '0' :: rest => fraction (to.push '0') rest
  | _ =>
    match someDigits to text with
    | .error e => .error e
    | .ok (to, rest) => fraction to rest

private def number : Reading String → Reading Value
  | .ok (text, rest) => .ok (.number text, rest)
  | .error e => .error e

private def word (all : List Char) (value : Value) : List Char → List Char → Reading Value
  | [], rest => .ok (value, rest)
  | c :: wanted, d :: rest =>
    if c == d then word all value wanted rest else .error ("a value is wanted", all)
  | _, [] => .error ("a value is wanted", all)

private def reverseOnto : List α → List α → List α
  | to, [] => to
  | to, item :: rest => reverseOnto (item :: to) rest

mutual

private partial def readValue (depth : Nat) (text : List Char) : Reading Value :=
  match text with
  | [] => .error ("a value is wanted", text)
  | c :: rest =>
    if c == '"' then
      match readString "" rest with
      | .ok (text, rest) => .ok (.string text, rest)
      | .error e => .error e
    else if c == '[' || c == '{' then
      if depth == 0 then .error ("it is nested too deeply", text)
      else if c == '[' then readItems (depth - 1) [] (skipSpace rest)
      else readMembers (depth - 1) [] (skipSpace rest)
    else if c == '-' then number (readNumber "-" rest)
    else if c == 'n' then word text .null ['u', 'l', 'l'] rest
    else if c == 't' then word text (.bool true) ['r', 'u', 'e'] rest
    else if c == 'f' then word text (.bool false) ['a', 'l', 's', 'e'] rest
    else if isDigit c then number (readNumber "" text)
    else .error ("a value is wanted", text)

/-- Behind a bracket or a comma. -/
private partial def readItems (depth : Nat) (before : List Value) (text : List Char) :
    Reading Value :=
  match before, text with
  | [], ']' :: rest => .ok (.array [], rest)
  | _, _ =>
    match readValue depth text with
    | .error e => .error e
    | .ok (item, rest) =>
      match skipSpace rest with
      | [] => .error ("a list has no end", [])
      | c :: rest =>
        if c == ',' then readItems depth (item :: before) (skipSpace rest)
        else if c == ']' then .ok (.array (reverseOnto [] (item :: before)), rest)
        else .error ("a comma or ] is wanted", c :: rest)

private partial def readMembers (depth : Nat) (before : List (String × Value))
    (text : List Char) : Reading Value :=
  match text with
  | [] => .error ("an object has no end", [])
  | c :: rest =>
    if c == '"' then
      match readString "" rest with
      | .error e => .error e
      | .ok (name, rest) => readMember depth name before (skipSpace rest)
    else match before with
      | [] => if c == '}' then .ok (.object [], rest) else .error ("a name is wanted", text)
      | _ => .error ("a name is wanted", text)

private partial def readMember (depth : Nat) (name : String) (before : List (String × Value))
    (text : List Char) : Reading Value :=
  match text with
  | [] => .error ("an object has no end", [])
  | c :: rest =>
    if c != ':' then .error ("a colon is wanted", text)
    else match readValue depth (skipSpace rest) with
      | .error e => .error e
      | .ok (value, rest) =>
        match skipSpace rest with
        | [] => .error ("an object has no end", [])
        | c :: rest =>
          if c == ',' then readMembers depth ((name, value) :: before) (skipSpace rest)
          else if c == '}' then .ok (.object (reverseOnto [] ((name, value) :: before)), rest)
          else .error ("a comma or } is wanted", c :: rest)

end

private def lengthOf (count : Nat) : List Char → Nat
  | [] => count
  | _ :: rest => lengthOf (count + 1) rest

/-- The one value of a text. Empty text stands for an object without members. -/
def Value.parse (text : String) : Except Fault Value :=
  let all := text.toList
  match skipSpace all with
  | [] => .ok (.object [])
  | start =>
    match readValue depthMax start with
    | .error (detail, left) => wrong detail all left
    | .ok (value, left) =>
      match skipSpace left with
      | [] => .ok value
      | left => wrong "something stands behind the value" all left
where
  wrong (detail : String) (all left : List Char) : Except Fault Value :=
    .error { field := "",
             detail := s!"{detail}, at character {lengthOf 0 all - lengthOf 0 left + 1}" }

private def kind : Value → String
  | .null => "null"
  | .bool _ => "a boolean"
  | .number text => s!"the number {text}"
  | .string _ => "a string"
  | .array _ => "a list"
  | .object _ => "an object"

/-- For an instance of `FromJson`: another kind of value than is wanted. -/
def Value.isNot (value : Value) (wanted : String) : Except Fault α :=
  .error { field := "", detail := s!"{wanted} is wanted, not {kind value}" }

/-- As a part of a JSON pointer. -/
private def pointerPart (to : String) : List Char → String
  | [] => to
  | '~' :: rest => pointerPart (to ++ "~0") rest
  | '/' :: rest => pointerPart (to ++ "~1") rest
  | c :: rest => pointerPart (to.push c) rest

private def below (name : String) (fault : Fault) : Fault :=
  { fault with field := pointerPart "/" name.toList ++ fault.field }

end Json

/-- What can be read from JSON. -/
class FromJson (α : Type) where
  fromJson : Json.Value → Except Json.Fault α

/-- What can be written as JSON. -/
class ToJson (α : Type) where
  toJson : α → Json.Value

export FromJson (fromJson)
export ToJson (toJson)

/-- In a list of members a value may stand as it is: `record [("n", 5)]`. -/
instance [ToJson α] : CoeOut α Json.Value := ⟨toJson⟩

instance : OfNat Json.Value n := ⟨.number (toString n)⟩

/-- A fault ends an export, and the program gets its text. -/
instance : MonadLift (Except Json.Fault) IO where
  monadLift
    | .ok value => pure value
    | .error fault => throw (IO.userError fault.text)

namespace Json

/-- The values that a member has, of which there should be one. -/
private def named (name : String) : List (String × Value) → List Value
  | [] => []
  | (other, value) :: rest => if other == name then value :: named name rest else named name rest

/-- A member of an object; none where it is missing or null. -/
def Value.get? [FromJson α] (value : Value) (name : String) : Except Fault (Option α) :=
  match value with
  | .object members =>
    match named name members with
    | [] | [.null] => .ok none
    | [value] =>
      match fromJson value with
      | .ok value => .ok (some value)
      | .error fault => .error (below name fault)
    | _ => .error (below name { field := "", detail := "it is there twice" })
  | other => other.isNot "an object"

/-- A member of an object, which must be there. -/
def Value.get [FromJson α] (value : Value) (name : String) : Except Fault α :=
  match value.get? name with
  | .ok (some value) => .ok value
  | .ok none => .error (below name { field := "", detail := "it is missing" })
  | .error fault => .error fault

/-- A member of an object, or what stands for it where it is missing or null. -/
def Value.getD [FromJson α] (value : Value) (name : String) (missing : α) : Except Fault α :=
  match value.get? name with
  | .ok (some value) => .ok value
  | .ok none => .ok missing
  | .error fault => .error fault

end Json

instance : FromJson Json.Value := ⟨.ok⟩
instance : ToJson Json.Value := ⟨fun value => value⟩

instance : FromJson String where
  fromJson
    | .string text => .ok text
    | other => other.isNot "a string"

instance : ToJson String := ⟨.string⟩

instance : FromJson Bool where
  fromJson
    | .bool value => .ok value
    | other => other.isNot "true or false"

instance : ToJson Bool := ⟨.bool⟩

instance : FromJson Nat where
  fromJson value :=
    match value with
    | .number text =>
      match text.toNat? with
      | some n => .ok n
      | none => value.isNot "a whole number that is not negative"
    | other => other.isNot "a number"

instance : ToJson Nat := ⟨fun n => .number (toString n)⟩

instance : FromJson Int where
  fromJson value :=
    match value with
    | .number text =>
      match text.toInt? with
      | some n => .ok n
      | none => value.isNot "a whole number"
    | other => other.isNot "a number"

instance : ToJson Int := ⟨fun n => .number (toString n)⟩

/-- The items of a list, behind those before. -/
def Json.readAll [FromJson α] (index : Nat) (before : List α) :
    List Json.Value → Except Json.Fault (List α)
  | [] => .ok (Json.reverseOnto [] before)
  | value :: rest =>
    match fromJson value with
    | .ok item => Json.readAll (index + 1) (item :: before) rest
    | .error fault => .error { fault with field := s!"/{index}" ++ fault.field }

def Json.writeAll [ToJson α] (before : List Json.Value) : List α → List Json.Value
  | [] => Json.reverseOnto [] before
  | item :: rest => Json.writeAll (toJson item :: before) rest

instance [FromJson α] : FromJson (List α) where
  fromJson
    | .array items => Json.readAll 0 [] items
    | other => other.isNot "a list"

instance [ToJson α] : ToJson (List α) := ⟨fun items => .array (Json.writeAll [] items)⟩

instance [ToJson α] : ToJson (Option α) where
  toJson
    | some value => toJson value
    | none => .null

/-! ### Exports in a line -/

/-- What a program asked for, as a value: `request.get "name"`. -/
abbrev Request := Json.Value

abbrev Command := String → IO String

abbrev StreamingCommand := String → Stream → IO String

private def readRequest [FromJson α] (request : String) : IO α :=
  match Json.Value.parse request with
  | .error fault => throw (IO.userError s!"the request is no JSON: {fault.detail}")
  | .ok value =>
    match fromJson value with
    | .error fault => throw (IO.userError fault.text)
    | .ok value => pure value

/-- An object; a member may be any value that can be written. -/
def record (members : List (String × Json.Value)) : Json.Value :=
  .object members

/-- An export of a function on what its request means. -/
def command [FromJson α] [ToJson β] (work : α → IO β) : Command := fun request => do
  let answer ← work (← readRequest request)
  return (toJson answer).text

/-- The same with rows: `out.send stream value`. -/
def streaming [FromJson α] [ToJson β] (work : α → Stream → IO β) : StreamingCommand :=
  fun request out => do
    let answer ← work (← readRequest request) out
    return (toJson answer).text

/-- A row that is JSON; else like `row`. -/
def Stream.send [ToJson α] (out : Stream) (stream : String) (value : α) : IO Unit :=
  out.row stream (toJson value).text

/-! ### What a package says of itself -/

private def versions : List (String × String) → List String
  | [] => []
  | (name, version) :: rest =>
    Json.object [("name", Json.string name), ("version", Json.string version)] :: versions rest

/--
The answer of a metadata export: commands and capabilities are pairs of a name
and a version; `extra` is JSON.
-/
def metadata (commands : List (String × String)) (capabilities : List (String × String) := [])
    (extra : String := "null") : String :=
  Json.object [("commands", Json.array (versions commands)),
    ("capabilities", Json.array (versions capabilities)),
    ("lean_version", Json.string Lean.versionString), ("extra", extra)]

inductive Severity where
  | info | warning | error

/-- What a doctor export has found: `code` for programs, `message` for people. -/
structure Finding where
  severity : Severity
  code : String
  message : String
  /-- JSON. -/
  details : String := "null"

private def Severity.name : Severity → String
  | .info => "info"
  | .warning => "warning"
  | .error => "error"

private def findingTexts : List Finding → List String
  | [] => []
  | f :: rest =>
    Json.object [("severity", Json.string f.severity.name), ("code", Json.string f.code),
      ("message", Json.string f.message), ("details", f.details)] :: findingTexts rest

/-- The answer of a doctor export; no findings are good news. -/
def doctor (findings : List Finding) : String :=
  Json.object [("diagnostics", Json.array (findingTexts findings))]

/-- A metadata export in a line. -/
def metadataOf (commands : List (String × String)) (capabilities : List (String × String) := [])
    (extra : String := "null") : Command :=
  fun _ => return metadata commands capabilities extra

private def findAll (before : List Finding) : List (IO (List Finding)) → IO (List Finding)
  | [] => return Json.reverseOnto [] before
  | check :: rest => do
    let found ← try check catch e =>
      pure [{ severity := .error, code := "check_failed", message := toString e }]
    findAll (Json.reverseOnto before found) rest

/-- A doctor export in a line: runs the checks in order. One that throws has found an error. -/
def doctorOf (checks : List (IO (List Finding))) : Command :=
  fun _ => return doctor (← findAll [] checks)

end LeanWorker

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

end LeanWorker

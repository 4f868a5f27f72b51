/-
Header: PARSE_HEADER. Lean's own parser reads the header; what it says is given
back as text that means the same for the same header, whatever the comments.
-/
namespace LeanWorker

/-- An import as it stands in HEADER and OPEN_SESSION: modifiers, module. -/
def importText (i : Import) : String :=
  (if i.isExported then "public " else "") ++ (if i.isMeta then "meta " else "") ++
    (if i.importAll then "all " else "") ++ i.module.toString

/-- The reverse of `importText`; none where the text has another form. -/
def importOfText? (text : String) : Option Import :=
  go { module := .anonymous, isExported := false } (text.splitOn " ")
where
  go (i : Import) : List String → Option Import
    | [module] => (Syntax.decodeNameLit ("`" ++ module)).map fun n => { i with module := n }
    | "public" :: rest => go { i with isExported := true } rest
    | "meta" :: rest => go { i with isMeta := true } rest
    | "all" :: rest => go { i with importAll := true } rest
    | _ => none

/-- A header as far as it matters for the environment. -/
structure Header where
  isModule : Bool
  isPrelude : Bool
  imports : List String

def Header.ofSyntax (stx : HeaderSyntax) : Header :=
  { isModule := stx.isModule
    isPrelude := !(stx.raw.getArg 1).isNone
    imports := Compat.distinct (Compat.map importText stx.imports.toList) }

/-- Equal for headers that lead to the same environment. -/
def Header.key (h : Header) : String :=
  (if h.isModule then "module; " else "") ++ (if h.isPrelude then "prelude; " else "") ++
    "; ".intercalate h.imports

/--
The offset in the text as it came, given one in the text that was parsed, where
each CRLF is one byte shorter.
-/
def offsetInSource (source : String) (parsed : Nat) : Nat :=
  go source.toUTF8 0 parsed
where
  go (bytes : ByteArray) (at_ left : Nat) : Nat :=
    match left with
    | 0 => at_
    | left + 1 =>
      if at_ + 1 < bytes.size && bytes.get! at_ == 13 && bytes.get! (at_ + 1) == 10 then
        go bytes (at_ + 2) left
      else go bytes (at_ + 1) left

/-- The first error of a message log, if any. -/
def firstError? (log : MessageLog) : Option Message :=
  Compat.find? (·.severity == .error) log.toArray.toList

/-- What is said of a header that cannot be parsed: nothing can be trusted. -/
def Header.empty : Header := { isModule := false, isPrelude := false, imports := [] }

def parseHeader (label source : String) : IO Answer := do
  let input := Compat.inputContext source label
  let (stx, state, log) ← Parser.parseHeader input
  let (header, line, column, error) ← match firstError? log with
    | some m => pure (Header.empty, m.pos.line, m.pos.column, ← m.data.toString)
    | none => pure (Header.ofSyntax stx, 0, 0, "")
  -- Lean reports an import that fails at the first token of the header.
  let start := Compat.position input (stx.raw.getPos?.getD 0)
  return {
    message := "HEADER"
    numbers := #[flag header.isModule, flag header.isPrelude,
      offsetInSource source state.pos.byteIdx, line, column, start.line, start.column]
    texts := (header.key :: Compat.append header.imports [error]).toArray }

end LeanWorker

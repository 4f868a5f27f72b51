/-
Describe: DESCRIBE. One declaration: its kind and type, where it is declared,
and what is written about it.
-/
namespace LeanWorker

/-! ### Kinds -/

/-- `lw_declaration_kind`. -/
def kindCode : ConstantKind → Nat
  | .axiom => 1
  | .defn => 2
  | .thm => 3
  | .opaque => 4
  | .quot => 5
  | .induct => 6
  | .ctor => 7
  | .recursor => 8

/--
The kind as it was declared. Of a library without its private half, theorems and
definitions whose bodies are hidden look like axioms.
-/
def kindOf (env : Environment) (c : ConstantInfo) : Nat :=
  match c with
  | .axiomInfo _ => kindCode ((getOriginalConstKind? env c.name).getD .axiom)
  | .defnInfo _ => 2
  | .thmInfo _ => 3
  | .opaqueInfo _ => 4
  | .quotInfo _ => 5
  | .inductInfo _ => 6
  | .ctorInfo _ => 7
  | .recInfo _ => 8

/-! ### Places

Lean keeps the ranges of declarations in an extension of the environment. The
function that looks there has no code in the embedded library, so we look into
the data that a module has, or would have in its file.
-/

unsafe def asRangeUnsafe (entry : EnvExtensionEntry) : Name × DeclarationRanges := unsafeCast entry

/-- Only for entries of the extension that has the ranges. -/
@[implemented_by asRangeUnsafe]
opaque asRange (entry : EnvExtensionEntry) : Name × DeclarationRanges

def rangeIn (data : ModuleData) (name : Name) : Option DeclarationRange :=
  match Compat.find? (fun (extension, _) => extension == ``declRangeExt) data.entries.toList with
  | none => none
  | some (_, entries) => among entries.toList
where
  among : List EnvExtensionEntry → Option DeclarationRange
    | [] => none
    | entry :: rest =>
      let (other, ranges) := asRange entry
      if other == name then some ranges.range else among rest

def moduleData (env : Environment) (name : Name) : IO (Option ModuleData) := do
  match Compat.moduleOf? env name with
  | some i => return env.header.moduleData[i]?
  | none => return some (← mkModuleData env)

/-- What Lean makes along with a type stands where the type does. -/
def declaredWith (env : Environment) (c : ConstantInfo) : Name :=
  match c with
  | .recInfo _ => c.name.getPrefix
  | _ => if isAuxRecursor env c.name || isNoConfusion env c.name then c.name.getPrefix else c.name

def findRange? (env : Environment) (c : ConstantInfo) : IO (Option DeclarationRange) := do
  let name := declaredWith env c
  return (← moduleData env name).bind (rangeIn · name)

/-! ### The request -/

/-- Text of a type, as Lean prints it in this session. -/
def Check.printType (c : Check) (state : Command.State) (type : Expr) : BaseIO String := do
  let result ← IO.mkRef ""
  let label ← IO.mkRef c.input.fileName
  let action : TermElabM Unit := do result.set (← Meta.ppExpr type).pretty
  let _ ← c.run state 0 (liftTerm label action)
  result.get

def nothingDescribed : Answer :=
  { message := "DESCRIBED", numbers := #[0, 0, 0, 0, 0, 0], texts := #["", "", ""] }

def Check.describe (c : Check) (session : Session) (options : Options) (constant : ConstantInfo)
    (textBytes : Nat) : IO Answer := do
  let env := session.env
  let type ← c.printType (session.stateIn env options) constant.type
  let doc := (← findDocString? env constant.name).getD ""
  let module := match Compat.moduleOf? env constant.name with
    | some i => (Compat.moduleName env i).toString
    | none => ""
  let (line, column, endLine, endColumn) := match ← findRange? env constant with
    | some r => (r.pos.line, r.pos.column, r.endPos.line, r.endPos.column)
    | none => (0, 0, 0, 0)
  if ← c.token.isSet then return failed .cancelled "cancelled"
  let cut := type.utf8ByteSize > textBytes || doc.utf8ByteSize > textBytes
  return {
    message := "DESCRIBED"
    numbers := #[kindOf env constant, line, column, endLine, endColumn, flag cut]
    texts := #[Compat.takeBytes type textBytes, module, Compat.takeBytes doc textBytes] }

def describe (server : Server) (surroundings : Surroundings) (session : Session)
    (text : String) (textBytes : Nat) : IO Answer := do
  match (Compat.nameOfText? text).bind (session.env.find? ·) with
  | none => return nothingDescribed
  | some constant =>
    match ← session.begin server {
        label := "<input>", source := "", options := [], diagnosticBytes := 0, quiet := true } with
    | .error answer => return answer
    | .ok (c, options) =>
      let room := ((← Plugin.frameLimit server.secret) - 4096) / 3
      try c.describe session options constant (min textBytes room) finally surroundings.restore

end LeanWorker

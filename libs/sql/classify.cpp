#include "sql/classify.hpp"

#include <array>
#include <span>

#include <pg_query/pg_query.pb-c.h>

namespace notes::sql {
namespace {

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

QualifiedName name_of(const PgQuery__RangeVar* relation) {
  if (relation == nullptr) return {};
  return {text_of(relation->schemaname), text_of(relation->relname)};
}

/// A name given as a list of strings: schema.name, or name alone.
QualifiedName name_of(std::span<PgQuery__Node* const> parts) {
  QualifiedName name;
  for (const PgQuery__Node* part : parts) {
    if (part->node_case != PG_QUERY__NODE__NODE_STRING) continue;
    name.schema = std::move(name.name);
    name.name = text_of(part->string->sval);
  }
  return name;
}

bool has_option(std::span<PgQuery__Node* const> options, std::string_view wanted) {
  for (const PgQuery__Node* option : options) {
    if (option->node_case != PG_QUERY__NODE__NODE_DEF_ELEM) continue;
    if (wanted == text_of(option->def_elem->defname)) return true;
  }
  return false;
}

void standalone(Statement& statement, std::string_view command, Effect effect) {
  statement.kind = Kind::standalone;
  statement.command = command;
  statement.effect = effect;
}

void classify_index(const PgQuery__IndexStmt& index, Statement& statement) {
  if (!index.concurrent) return;
  statement.object = {text_of(index.relation->schemaname), text_of(index.idxname)};
  statement.table = name_of(index.relation);
  // Without a name the database chooses one, and nobody can ask for it afterwards.
  standalone(statement, "CREATE INDEX CONCURRENTLY",
             statement.object.name.empty() ? Effect::none : Effect::index_created);
}

void classify_drop(const PgQuery__DropStmt& drop, Statement& statement) {
  if (drop.remove_type != PG_QUERY__OBJECT_TYPE__OBJECT_INDEX || !drop.concurrent) return;
  if (drop.n_objects == 1 && drop.objects[0]->node_case == PG_QUERY__NODE__NODE_LIST) {
    const PgQuery__List& parts = *drop.objects[0]->list;
    statement.object = name_of(std::span(parts.items, parts.n_items));
  }
  standalone(statement, "DROP INDEX CONCURRENTLY", Effect::index_dropped);
}

void classify_reindex(const PgQuery__ReindexStmt& reindex, Statement& statement) {
  const bool concurrent = has_option(std::span(reindex.params, reindex.n_params), "concurrently");
  const bool index = reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX;
  const bool table = reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE;
  if (concurrent) {
    if (index) statement.object = name_of(reindex.relation);
    if (table) statement.table = name_of(reindex.relation);
    if (reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA)
      statement.object.schema = text_of(reindex.name);
    return standalone(statement, "REINDEX CONCURRENTLY", Effect::reindexed);
  }
  if (!index && !table) standalone(statement, "REINDEX of more than a table", Effect::repeatable);
}

void classify_alter_table(const PgQuery__AlterTableStmt& alter, Statement& statement) {
  for (const PgQuery__Node* node : std::span(alter.cmds, alter.n_cmds)) {
    if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) continue;
    const PgQuery__AlterTableCmd& command = *node->alter_table_cmd;
    const bool detaches = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition;
    const bool finalizes =
        command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize;
    if (!detaches && !finalizes) continue;
    const PgQuery__PartitionCmd& partition = *command.def->partition_cmd;
    if (detaches && !partition.concurrent) continue;
    statement.object = name_of(partition.name);
    statement.table = name_of(alter.relation);
    standalone(statement, finalizes ? "DETACH PARTITION FINALIZE" : "DETACH PARTITION CONCURRENTLY",
               Effect::partition_detached);
  }
}

void classify_alter_enum(const PgQuery__AlterEnumStmt& alter, Statement& statement) {
  if (!text_of(alter.old_val).empty()) return;
  statement.command = "ALTER TYPE ADD VALUE";
  statement.enum_label = text_of(alter.new_val);
}

struct Standalone {
  PgQuery__Node__NodeCase node;
  std::string_view command;
  Effect effect;
};

constexpr std::array kStandalone{
    Standalone{PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT, "ALTER SYSTEM", Effect::repeatable},
    Standalone{PG_QUERY__NODE__NODE_CREATEDB_STMT, "CREATE DATABASE", Effect::none},
    Standalone{PG_QUERY__NODE__NODE_DROPDB_STMT, "DROP DATABASE", Effect::none},
    Standalone{PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT, "CREATE TABLESPACE", Effect::none},
    Standalone{PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT, "DROP TABLESPACE", Effect::none},
    Standalone{PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT, "CREATE SUBSCRIPTION", Effect::none},
    Standalone{PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT, "DROP SUBSCRIPTION", Effect::none},
    Standalone{PG_QUERY__NODE__NODE_DISCARD_STMT, "DISCARD", Effect::repeatable}};

void mark(Statement& statement, Kind kind, std::string_view command) {
  statement.kind = kind;
  statement.command = command;
}

}  // namespace

void classify(const PgQuery__Node& node, Statement& statement) {
  for (const auto& known : kStandalone) {
    if (node.node_case == known.node) return standalone(statement, known.command, known.effect);
  }
  // An int, because the grammar's two hundred other nodes have nothing to say: they may run in a
  // transaction block.
  switch (static_cast<int>(node.node_case)) {
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
      return mark(
          statement, Kind::transaction_control,
          std::string_view(statement.text).substr(0, statement.text.find_first_of(" \t\r\n")));
    case PG_QUERY__NODE__NODE_CALL_STMT:
      return mark(statement, Kind::procedural, "CALL");
    case PG_QUERY__NODE__NODE_DO_STMT:
      return mark(statement, Kind::procedural, "DO");
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return classify_index(*node.index_stmt, statement);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return classify_drop(*node.drop_stmt, statement);
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return classify_reindex(*node.reindex_stmt, statement);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return classify_alter_table(*node.alter_table_stmt, statement);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
      return classify_alter_enum(*node.alter_enum_stmt, statement);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      if (node.vacuum_stmt->is_vacuumcmd) standalone(statement, "VACUUM", Effect::repeatable);
      return;
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
      if (node.cluster_stmt->relation != nullptr) return;
      return standalone(statement, "CLUSTER of all tables", Effect::repeatable);
    default:
      return;
  }
}

bool copies_through_client(const PgQuery__Node& node) {
  if (node.node_case != PG_QUERY__NODE__NODE_COPY_STMT) return false;
  return !node.copy_stmt->is_program && text_of(node.copy_stmt->filename).empty();
}

}  // namespace notes::sql

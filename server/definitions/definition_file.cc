#include "server/definitions/definition_file.h"

#include <fmt/format.h>

#include <cmath>

#include "calc/decimal.h"
#include "server/definitions/definition_head.h"
#include "server/definitions/member_file.h"
#include "server/definitions/total_return_file.h"
#include "server/settings/codec.h"
#include "server/settings/fault_list.h"
#include "server/settings/table_reader.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

// Rounding shares to 1e-6 may move the level at base prices by this much at most (METHODOLOGY 2).
constexpr double kMaxRoundingMove = 1e-8;

struct HeadFields {
  IndexDefinition definition;
  std::string previous_close;
  std::string members;
};

void read_head(TableReader& reader, HeadFields& head) {
  IndexDefinition& definition = head.definition;
  for (const char* key : {"divisor", "previous_close", "members"}) reader.require(key);
  read_definition_head(reader, definition);
  reader.text("divisor", definition.divisor, DivisorText{});
  reader.text("previous_close", head.previous_close, NonEmptyText{});
  reader.text("members", head.members, NonEmptyText{});
}

double rate_of(const IndexDefinition& definition, const Member& member) {
  const auto it = definition.close_fx.find(member.currency());
  const FxRate rate = it == definition.close_fx.end() ? kFxOne : it->second;
  return static_cast<double>(rate.raw) / static_cast<double>(kFxOne.raw);
}

// How far the rounded shares put the level from the exact ones; a bound, so double will do.
double rounding_move(const IndexDefinition& definition, const std::vector<MemberRow>& rows) {
  double cap = 0;
  for (const MemberRow& row : rows) {
    if (row.shares_residual == 0) continue;
    const double price = static_cast<double>(row.member.base_price.raw) * 1e-6;
    cap += price * row.shares_residual * rate_of(definition, row.member);
  }
  return std::abs(cap / (static_cast<double>(definition.divisor.raw) * 1e-16));
}

class DefinitionLoader {
 public:
  DefinitionLoader(const std::string& path, SecurityPool& pool) : path_(path), pool_(pool) {}

  absl::StatusOr<IndexDefinition> load() {
    const absl::StatusOr<toml::table> table = read_toml(path_);
    if (!table.ok()) return table.status();
    TableReader reader(*table, path_, "", faults_);
    HeadFields head;
    head.definition.source = path_;
    read_head(reader, head);
    read_level(reader, "previous_close", head.previous_close, head.definition.decimals,
               head.definition.previous_close);
    read_total_return(reader, path_, head.definition, faults_);
    reader.refuse_unknown_keys();
    read_rows(head);
    // A value that could not be read would only cause faults that nobody made.
    if (faults_.empty()) check(reader, head.definition);
    if (!faults_.empty()) return faults_.status();
    return std::move(head.definition);
  }

 private:
  void read_rows(HeadFields& head) {
    if (head.members.empty()) return;
    members_file_ = resolve_beside(path_, head.members);
    rows_ = read_members(members_file_, pool_, faults_);
    head.definition.members.reserve(rows_.size());
    for (const MemberRow& row : rows_) head.definition.members.push_back(row.member);
  }

  void check(TableReader& reader, const IndexDefinition& definition) {
    for (const DefinitionFault& fault : check_definition(definition)) {
      if (fault.line > 0) {
        faults_.add(members_file_, fault.line, fault.key, fault.what);
      } else {
        reader.fault(fault.key, fault.what);
      }
    }
    if (definition.divisor.raw <= 0) return;
    const double move = rounding_move(definition, rows_);
    if (move > kMaxRoundingMove) {
      reader.fault("members", fmt::format("rounding shares to 1e-6 moves the level by {:.3g}, more "
                                          "than {:.0g}",
                                          move, kMaxRoundingMove));
    }
  }

  const std::string& path_;
  SecurityPool& pool_;
  std::string members_file_;
  std::vector<MemberRow> rows_;
  FaultList faults_;
};

}  // namespace

absl::StatusOr<IndexDefinition> load_definition(const std::string& path, SecurityPool& pool) {
  return DefinitionLoader(path, pool).load();
}

absl::StatusOr<IndexDefinition> load_definition(const std::string& path) {
  SecurityPool pool;
  return load_definition(path, pool);
}

std::vector<std::string> files_of_definition(const std::string& path) {
  std::vector<std::string> files{path};
  const absl::StatusOr<toml::table> head = read_toml(path);
  if (!head.ok()) return files;
  for (const auto& named : {head->at_path("members"), head->at_path("total_return.dividends")}) {
    if (const auto file = named.value<std::string>()) files.push_back(resolve_beside(path, *file));
  }
  return files;
}

absl::Status check_effective_date(const IndexDefinition& definition, Date trade_date) {
  FaultList faults;
  if (definition.effective_date != trade_date) {
    faults.add(
        definition.source, 0, "effective_date",
        fmt::format("{} is for {}, and the day is {}", definition.code,
                    DateText{}.format(definition.effective_date), DateText{}.format(trade_date)));
  }
  return faults.status();
}

}  // namespace indexcast::server

#include "server/settings/fault_file.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "server/settings/codec.h"
#include "server/settings/fault_list.h"
#include "server/settings/table_reader.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kSeedPrefix = "seed:";

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct FaultKindText {
  std::optional<sim::FaultKind> parse(std::string_view text) const { return sim::fault_kind(text); }
  std::string expected() const { return "a kind of fault, as deploy/faults.toml lists them"; }
};

// "00700" or "688041": text, because TOML knows no leading zeros.
struct SecurityText {
  std::optional<std::uint32_t> parse(std::string_view text) const {
    if (text.empty() || text.size() > 6) return std::nullopt;
    const auto code = whole_number<std::uint32_t>(text);
    return code && *code > 0 ? code : std::nullopt;
  }
  std::string expected() const { return "a security code of up to six digits"; }
};

struct VenueText {
  std::optional<std::optional<feed::Venue>> parse(std::string_view text) const {
    const auto venue = one_of<feed::Venue>("sse", "szse", "hkex").parse(text);
    if (!venue) return std::nullopt;
    return std::optional(venue);
  }
  std::string expected() const { return "one of sse szse hkex"; }
};

bool knows_venue(const sim::FaultForm& form, feed::Venue venue) {
  sim::Fault anywhere;
  anywhere.kind = form.kind;
  return sim::concerns(anywhere, venue);
}

void read_amount(TableReader& table, const sim::FaultForm& form, sim::Fault& fault) {
  if (form.amount_max == 0) return;
  fault.amount = form.amount_default;
  table.integer("amount", fault.amount, form.amount_min, form.amount_max);
}

// Keys that mean nothing to the kind are not asked for, so that the reader refuses them.
void read_place(TableReader& table, const sim::FaultForm& form, sim::Fault& fault) {
  constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (form.has_channel) table.integer("channel", fault.channel, 1, kMax);
  if (form.has_line) {
    table.text("line", fault.line, one_of<sim::Lines>("a", "b", "both"));
  }
  if (form.has_security) table.text("security", fault.security, SecurityText{});
  table.text("venue", fault.venue, VenueText{});
  if (fault.venue && !knows_venue(form, *fault.venue)) {
    table.fault("venue", fmt::format("{} does not exist at this venue", form.name));
  }
}

void read_fault(TableReader& table, sim::Fault& fault) {
  table.require("kind");
  table.text("kind", fault.kind, FaultKindText{});
  const sim::FaultForm& form = sim::form_of(fault.kind);
  read_place(table, form, fault);
  read_amount(table, form, fault);
  table.text("begin", fault.begin_ms, TimeOfDayText{});
  table.text("end", fault.end_ms, TimeOfDayText{});
  if (fault.end_ms <= fault.begin_ms) table.fault("end", "must be after begin");
  table.integer("count", fault.count, 1, 1'000'000);
  if (form.pace != sim::FaultPace::opportunity) return;
  table.real("probability", fault.probability, 1e-9, 1.0);
}

}  // namespace

absl::StatusOr<sim::FaultPlan> load_faults(const std::string& path) {
  const absl::StatusOr<toml::table> table = read_toml(path);
  if (!table.ok()) return table.status();
  FaultList mistakes;
  TableReader reader(*table, path, "", mistakes);
  sim::FaultPlan plan;
  reader.require("fault");
  reader.tables("fault", plan, read_fault);
  reader.refuse_unknown_keys();
  if (!mistakes.empty()) return mistakes.status();
  return plan;
}

absl::StatusOr<sim::FaultPlan> faults_from(const std::string& path_or_seed,
                                           const sim::PlanRange& range) {
  if (!path_or_seed.starts_with(kSeedPrefix)) return load_faults(path_or_seed);
  const auto seed =
      whole_number<std::uint64_t>(std::string_view(path_or_seed).substr(kSeedPrefix.size()));
  if (!seed) return absl::InvalidArgumentError("--faults: seed: needs a number");
  return sim::random_plan(*seed, range);
}

}  // namespace indexcast::server

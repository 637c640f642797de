#include "server/app/next_definition_set.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "server/definitions/definition_file.h"
#include "server/definitions/universe_file.h"
#include "server/journal/journal_format.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

absl::Status check_known(const Universe& before, const Universe& next, const std::string& head) {
  FaultList faults;
  const auto instruments = next.instruments().subspan(before.instruments().size());
  for (const Instrument& instrument : instruments)
    faults.add(head, 0, "members",
               instrument.symbol + " is new, and no feed looks for it until a day begins");
  for (const FxSeries& series : next.series().subspan(before.series().size()))
    faults.add(head, 0, "fx_series",
               series.name + " is new, and nobody follows it until a day begins");
  return faults.status();
}

absl::Status refusal(const std::string& head, const char* key, const std::string& what) {
  FaultList faults;
  faults.add(head, 0, key, what);
  return faults.status();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Universe>> next_definition_set(const Universe& before,
                                                                    const std::string& head) {
  absl::StatusOr<IndexDefinition> definition = load_definition(head);
  if (!definition.ok()) return definition.status();
  const IndexId index = before.find_index(definition->code);
  if (index == before.indices().size())
    return refusal(head, "code", definition->code + " does not run today");
  const Date day = before.indices()[index].effective_date;
  if (absl::Status status = check_effective_date(*definition, day); !status.ok()) return status;
  std::vector<IndexDefinition> definitions(before.indices().begin(), before.indices().end());
  definitions[index] = *std::move(definition);
  if (absl::Status status = check_agreement(definitions); !status.ok()) return status;
  auto next = std::make_shared<const Universe>(std::move(definitions), before);
  if (absl::Status status = check_known(before, *next, head); !status.ok()) return status;
  return next;
}

std::int64_t definition_set_digest(const Universe& definition_set) {
  return static_cast<std::int64_t>(digest_of(definition_set));
}

}  // namespace indexcast::server

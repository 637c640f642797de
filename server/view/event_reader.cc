#include "server/view/event_reader.h"

namespace indexcast::server {

std::uint64_t record_sequence_of(const Record& record) {
  if (record.kind() == RecordKind::status_changed)
    return record.as<StatusChanged>().record_sequence;
  if (record.kind() == RecordKind::correction) return record.as<Correction>().record_sequence;
  if (record.kind() == RecordKind::pending_price) return record.as<PendingPrice>().record_sequence;
  return record.as<DefinitionChanged>().record_sequence;
}

}  // namespace indexcast::server

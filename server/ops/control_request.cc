#include "server/ops/control_request.h"

namespace indexcast::server {

std::string_view target_name(const Universe& universe, TargetKind kind, std::uint32_t target) {
  switch (kind) {
    case TargetKind::index:
      return universe.indices()[target].code;
    case TargetKind::instrument:
      return universe.instruments()[target].symbol;
    case TargetKind::series:
      return universe.series()[target].name;
  }
  return {};
}

int value_places(const Universe& universe, const Operation& operation, std::uint32_t target) {
  switch (operation.value) {
    case ValueKind::price:
      return Price::kDecimals;
    case ValueKind::rate:
      return FxRate::kDecimals;
    case ValueKind::level:
      return universe.indices()[target].decimals;
    case ValueKind::none:
    case ValueKind::flag:
    case ValueKind::version:
      return 0;
  }
  return 0;
}

}  // namespace indexcast::server

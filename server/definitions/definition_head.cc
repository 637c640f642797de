#include "server/definitions/definition_head.h"

#include <fmt/format.h>

#include <limits>

#include "calc/decimal.h"
#include "server/settings/codec.h"

namespace indexcast::server {

void read_definition_head(TableReader& reader, IndexDefinition& definition) {
  for (const char* key : {"code", "name", "currency", "decimals", "effective_date", "provenance"})
    reader.require(key);
  reader.text("code", definition.code, NonEmptyText{});
  reader.text("name", definition.name, NonEmptyText{});
  reader.text("currency", definition.currency, NonEmptyText{});
  reader.integer("decimals", definition.decimals, 0, 8);
  reader.integer("version", definition.version, 1, std::numeric_limits<std::uint32_t>::max());
  reader.text("effective_date", definition.effective_date, DateText{});
  reader.boolean("bid_ask", definition.bid_ask);
  reader.boolean("fx_in_divisor", definition.fx_in_divisor);
  reader.text("provenance", definition.provenance, NonEmptyText{});
  reader.text_map("close_fx", definition.close_fx, DecimalText<FxRate>{});
  reader.text_map("day_fx", definition.day_fx, DecimalText<FxRate>{});
  reader.text_map("fx_series", definition.fx_series, NonEmptyText{});
}

void read_level(TableReader& reader, std::string_view key, const std::string& text, int decimals,
                Level& level) {
  if (text.empty()) return;
  if (const auto raw = parse_decimal64(text, decimals)) {
    level = {*raw};
  } else {
    reader.fault(key, fmt::format("must be a decimal number with up to {} places", decimals));
  }
}

}  // namespace indexcast::server

// Tables of indices: messages 70 and 71.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/index.h"
#include "feedhandlers/hkex/wire/index.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<IndexDefinition> {
  using M = IndexDefinition;
  static constexpr std::uint16_t kType = w::index_definition::kType;
  static constexpr std::string_view kName = "Index Definition";
  static constexpr auto kSections = fixed(
      w::index_definition::kSize, text("IndexCode", w::index_definition::IndexCode, &M::index_code),
      flag("IndexSource", w::index_definition::IndexSource, &M::index_source),
      text("CurrencyCode", w::index_definition::CurrencyCode, &M::currency_code),
      unused(w::index_definition::Unused));
};

template <>
struct Layout<IndexData> {
  using M = IndexData;
  static constexpr std::uint16_t kType = w::index_data::kType;
  static constexpr std::string_view kName = "Index Data";
  static constexpr auto kSections = fixed(
      w::index_data::kSize, text("IndexCode", w::index_data::IndexCode, &M::index_code),
      flag("IndexStatus", w::index_data::IndexStatus, &M::index_status),
      nullable("IndexTime", w::index_data::IndexTime, &M::index_time, 0),
      nullable("IndexValue", w::index_data::IndexValue, &M::index_value, 4),
      nullable("NetChgPrevDay", w::index_data::NetChgPrevDay, &M::net_chg_prev_day, 4),
      nullable("HighValue", w::index_data::HighValue, &M::high_value, 4),
      nullable("LowValue", w::index_data::LowValue, &M::low_value, 4),
      nullable("EASValue", w::index_data::EASValue, &M::eas_value, 2),
      nullable("IndexTurnover", w::index_data::IndexTurnover, &M::index_turnover, 4),
      nullable("OpeningValue", w::index_data::OpeningValue, &M::opening_value, 4),
      nullable("ClosingValue", w::index_data::ClosingValue, &M::closing_value, 4),
      nullable("PreviousSesClose", w::index_data::PreviousSesClose, &M::previous_ses_close, 4),
      nullable("IndexVolume", w::index_data::IndexVolume, &M::index_volume, 0),
      decimal("NetChgPrevDayPct", w::index_data::NetChgPrevDayPct, &M::net_chg_prev_day_pct, 4),
      flag("Exception", w::index_data::Exception, &M::exception), unused(w::index_data::Unused));
};

}  // namespace indexcast::hkex::layout

// Layout of indices: messages 70 and 71.
#pragma once

#include <limits>

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 2.19.
namespace index_definition {
inline constexpr std::uint16_t kType = 70;
inline constexpr Text IndexCode{4, 11};
inline constexpr Text IndexSource{15, 1};
inline constexpr Text CurrencyCode{16, 3};
inline constexpr Filler Unused{19, 1};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, IndexCode, IndexSource, CurrencyCode, Unused) == kSize);
}  // namespace index_definition

// Section 2.20. Int64 fields may be kNull (section 3.2).
namespace index_data {
inline constexpr std::uint16_t kType = 71;
inline constexpr Text IndexCode{4, 11};
inline constexpr Text IndexStatus{15, 1};
inline constexpr Field<std::int64_t> IndexTime{16};
inline constexpr Field<std::int64_t> IndexValue{24};
inline constexpr Field<std::int64_t> NetChgPrevDay{32};
inline constexpr Field<std::int64_t> HighValue{40};
inline constexpr Field<std::int64_t> LowValue{48};
inline constexpr Field<std::int64_t> EASValue{56};
inline constexpr Field<std::int64_t> IndexTurnover{64};
inline constexpr Field<std::int64_t> OpeningValue{72};
inline constexpr Field<std::int64_t> ClosingValue{80};
inline constexpr Field<std::int64_t> PreviousSesClose{88};
inline constexpr Field<std::int64_t> IndexVolume{96};
inline constexpr Field<std::int32_t> NetChgPrevDayPct{104};
inline constexpr Text Exception{108, 1};
inline constexpr Filler Unused{109, 3};
inline constexpr std::size_t kSize = 112;
inline constexpr std::int64_t kNull = std::numeric_limits<std::int64_t>::min();
static_assert(packed(4, IndexCode, IndexStatus, IndexTime, IndexValue, NetChgPrevDay, HighValue,
                     LowValue, EASValue, IndexTurnover, OpeningValue, ClosingValue,
                     PreviousSesClose, IndexVolume, NetChgPrevDayPct, Exception, Unused) == kSize);
}  // namespace index_data

}  // namespace indexcast::hkex::wire

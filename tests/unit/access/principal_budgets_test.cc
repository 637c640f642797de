#include "server/access/principal_budgets.h"

#include <gtest/gtest.h>

namespace indexcast::server {
namespace {

constexpr TimeNs kNow{kNsPerSecond};

TEST(PrincipalBudgets, EachPrincipalHasOneOfItsOwn) {
  PrincipalBudgets budgets(1000);
  budgets.of("li", kNow).spend(3000);
  EXPECT_GT(budgets.of("li", kNow).wait_ms(kNow), 1000);
  EXPECT_EQ(budgets.of("wang", kNow).wait_ms(kNow), 0);
}

TEST(PrincipalBudgets, ADebtIsNotForgottenForOthersToHaveRoom) {
  PrincipalBudgets budgets(1000);
  budgets.of("li", kNow).spend(3000);
  for (std::size_t i = 0; i < 3 * PrincipalBudgets::kPrincipalsMax; ++i)
    budgets.of(std::to_string(i), kNow).wait_ms(kNow);
  EXPECT_GT(budgets.of("li", kNow).wait_ms(kNow), 0);
}

}  // namespace
}  // namespace indexcast::server

# The R calls that gave the numbers beside this file, abridged from the script that made them together with others.
# R 4.2.2, survey 4.1-1; run again with survey 4.5, these cases came out the same to 1e-9.
# `resp` is barometer_responses.csv with the three parts of stratum also as factors sector, branch and size.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
options(stringsAsFactors = FALSE, digits = 15)
num <- function(x) { x <- as.numeric(x); x[is.nan(x)] <- NA; x }
cases <- list()
put <- function(id, data, design, r, ...) {
  stopifnot(is.null(cases[[id]]))
  cases[[id]] <<- c(list(data = data, design = design, r = r), list(...))
}
mean_case <- function(id, data, dname, des, f) {
  s <- svymean(f, des, na.rm = TRUE)
  e <- num(coef(s)); se <- num(SE(s))
  put(id, data, dname, sprintf("svymean(%s, na.rm=TRUE)", deparse1(f)),
      rows = lapply(seq_along(e), function(i) list(level = names(coef(s))[i], est = e[i], se = se[i])))
}
by_case <- function(id, data, dname, des, f, by) {
  b <- svyby(f, by, des, svymean, na.rm = TRUE)
  nm <- names(coef(b)); e <- num(coef(b)); se <- num(unlist(SE(b)))
  put(id, data, dname, sprintf("svyby(%s, %s, svymean, na.rm=TRUE)", deparse1(f), deparse1(by)),
      rows = lapply(seq_along(e), function(i) list(level = nm[i], est = e[i], se = se[i])))
}
# the domain "all variables of the formula answered"; n and df then count answered rows only
complete <- function(des, f) { ok <- complete.cases(des$variables[all.vars(f)]); if (all(ok)) des else des[which(ok), ] }
prop_case <- function(id, data, dname, des, f, methods = c("beta", "xlogit")) {
  des <- complete(des, f)                            # svyciprop has no na.rm
  rows <- lapply(methods, function(m) { p <- svyciprop(f, des, method = m, df = degf(des))
    list(method = m, est = num(coef(p)), se = num(SE(p)), ci = num(attr(p, "ci"))) })
  put(id, data, dname, sprintf("svyciprop(%s, design, method=, df=degf(design))", deparse1(f)),
      df = degf(des), n = sum(weights(des, "sampling") != 0), rows = rows)
}
# two domain means, linearised by hand and summed with svytotal
ttest_case <- function(id, data, dname, des, y, g) {
  gv <- as.character(des$variables[[g]]); yv <- as.numeric(des$variables[[y]]); wt <- weights(des, "sampling")
  ok <- !is.na(gv) & !is.na(yv) & wt != 0; lv <- sort(unique(gv[ok])); stopifnot(length(lv) == 2)
  N <- sapply(lv, function(l) sum(wt[ok & gv == l])); m <- sapply(lv, function(l) sum((wt * yv)[ok & gv == l])) / N
  lin <- lapply(1:2, function(k) { o <- rep(0, length(yv)); i <- which(ok & gv == lv[k]); o[i] <- (yv[i] - m[k]) / N[k]; o })
  des$variables$.z0 <- lin[[1]]; des$variables$.z1 <- lin[[2]]
  v <- vcov(svytotal(~.z0 + .z1, des))
  put(id, data, dname, sprintf("by_contrast: %s ~ %s", y, g),
      by_contrast = list(levels = as.list(lv), est = num(m), se = num(sqrt(diag(v)))))
}

for (n in c("novelty", "fac_politics")) resp[[n]] <- factor(resp[[n]])
resp$nov <- resp$novelty
resp$w_stratum <- resp$N_h / resp$m_h
resp$pol_scale <- factor(ifelse(resp$fac_politics == "9", NA, as.character(resp$fac_politics)))
resp$pol_promote <- as.numeric(ifelse(is.na(resp$pol_scale), NA, resp$pol_scale %in% c("1", "2")))
db <- svydesign(id = ~1, strata = ~stratum, weights = ~w_stratum, fpc = ~N_h, data = resp)
db0 <- svydesign(id = ~1, strata = ~stratum, weights = ~w_stratum, data = resp)
dc <- svydesign(id = ~1, strata = ~stratum, weights = ~w_class, fpc = ~N_h, data = resp)
B <- "strata=stratum, weights=N_h/m_h, fpc=N_h"; B0 <- "strata=stratum, weights=N_h/m_h (no fpc)"
C <- "strata=stratum, weights=w_class, fpc=N_h then class"
I <- subset(db, innovative == 1); I0 <- subset(db0, innovative == 1); IC <- subset(dc, innovative == 1)
BI <- paste(B, "| domain innovative==1"); F <- "barometer_responses.csv"
both <- list(list(db, I, "", B, BI), list(db0, I0, ".nofpc", B0, paste(B0, "| domain innovative==1")))
for (z in both) {
  d <- z[[1]]; i <- z[[2]]; x <- z[[3]]; nb <- z[[4]]; ni <- z[[5]]
  mean_case(paste0("b.mean.innovative", x), F, nb, d, ~innovative)
  prop_case(paste0("b.ciprop.innovative", x), F, nb, d, ~innovative)
  by_case(paste0("b.by.sector.innovative", x), F, nb, d, ~innovative, ~sector)
  by_case(paste0("b.by.initpol.values", x), F, ni, i, ~val_efficiency, ~init_political)
  ttest_case(paste0("b.ttest.val_efficiency.initpol", x), F, ni, i, "val_efficiency", "init_political")
}
by_case("b.by.branch.innovative", F, B, db, ~innovative, ~branch)
by_case("b.by.size.innovative", F, B, db, ~innovative, ~size)
by_case("b.by.sector_size.innovative", F, B, db, ~innovative, ~sector + size)
by_case("b.by.sector.initpol", F, BI, I, ~init_political, ~sector)
for (v in c("init_political", "init_leader", "init_employee", "val_quality", "val_efficiency", "val_jobsat", "val_citizen", "val_political", "pol_promote"))
  mean_case(paste0("b.inno.mean.", v), F, BI, I, as.formula(paste0("~", v)))
mean_case("b.inno.mean.novelty", F, BI, I, ~nov)
mean_case("b.inno.mean.pol_scale", F, BI, I, ~pol_scale)
by_case("b.inno.by.initpol.novelty", F, BI, I, ~nov, ~init_political)
by_case("b.inno.by.sector.pol_scale", F, BI, I, ~pol_scale, ~sector)
prop_case("b.inno.ciprop.initpol", F, BI, I, ~init_political)
for (s in c("kommune", "region", "stat"))
  prop_case(paste0("b.ciprop.innovative.", s), F, paste0(B, " | domain sector==", s), subset(db, sector == s), ~innovative)
prop_case("b.inno.ciprop.val_political.initpol1", F, paste(BI, "& init_political==1"), subset(I, init_political == 1), ~val_political)
for (v in c("val_quality", "val_jobsat", "val_citizen", "val_political"))
  ttest_case(paste0("b.ttest.", v, ".initpol"), F, BI, I, v, "init_political")
ttest_case("b.ttest.innovative.kommune_region", F, paste(B, "| domain sector in kommune, region"), subset(db, sector != "stat"), "innovative", "sector")
ttest_case("b.ttest.innovative.kommune_stat", F, paste(B, "| domain sector in kommune, stat"), subset(db, sector != "region"), "innovative", "sector")
mean_case("b.cal.class.mean.innovative", F, C, dc, ~innovative)
by_case("b.cal.class.by.sector.innovative", F, C, dc, ~innovative, ~sector)
by_case("b.cal.class.by.initpol.val_jobsat", F, paste(C, "| innovative==1"), IC, ~val_jobsat, ~init_political)
ttest_case("b.cal.class.ttest.val_jobsat.initpol", F, paste(C, "| innovative==1"), IC, "val_jobsat", "init_political")
# barometer.json

edge <- read.csv("edge.csv")
for (m in c("adjust", "average", "certainty", "remove")) {
  options(survey.lonely.psu = m)
  de <- svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~N_h, data = edge)
  by_case(paste0("edge.", m, ".by.dom.y"), "edge.csv", paste0("strata=stratum, weights=w, fpc=N_h, lonely.psu=", m), de, ~y, ~dom)
}
options(survey.lonely.psu = "fail")
msg <- tryCatch({ svymean(~y, svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~N_h, data = edge), na.rm = TRUE); "no error" }, error = conditionMessage)
put("edge.fail", "edge.csv", "lonely.psu=fail", "svymean(~y)", message = msg)
# edge.json

# N: workplaces in each of 45 strata, as N_h in plan.json
largest <- function(x, n) { b <- floor(x); o <- order(-(x - b), seq_along(x)); k <- n - sum(b); if (k > 0) b[o[1:k]] <- b[o[1:k]] + 1; b }
alloc <- function(size, n, lo, hi) { fix <- rep(NA, length(size)); repeat { free <- is.na(fix); x <- rep(0, length(size))
  x[free] <- (n - sum(fix[!free])) * size[free] / sum(size[free]); new <- free & (x >= hi); if (!any(new)) new <- free & (x <= lo)
  if (!any(new)) break; fix[new] <- ifelse(x[new] >= hi[new], hi[new], lo[new]); if (all(!is.na(fix))) { x <- fix; break } }
  x[!is.na(fix)] <- fix[!is.na(fix)]; x }
box <- alloc(N, 4540, pmin(10, N), N)
put("plan.alloc.proportional", "barometer_frame.csv", "n = 4540 over 45 strata", "own R",
    N_h = N, boxed = box, boxed_integer = largest(box, 4540))
# plan.json

# The R calls that gave the numbers beside this file; R 4.2.2, survey 4.1-1, sampling 2.9. Run again with survey 4.5.
# barometer_frame.csv (14,000 workplaces: id, sector, branch, size, employees, stratum) and barometer_sample.csv (the 4,540
# drawn ones, with responded 0/1) are not kept here: their counts are N_h, n_h and m_h in barometer_responses.csv.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
options(stringsAsFactors = FALSE, digits = 15)
D <- "."; R <- "."

num <- function(x) { x <- as.numeric(x); x[is.nan(x)] <- NA; x }
cases <- list()
start <- function() cases <<- list()
# one case: id, which data and design, the R call as text, and the values
put <- function(id, data, design, r, ...) {
  stopifnot(is.null(cases[[id]]))
  cases[[id]] <<- c(list(data = data, design = design, r = r), list(...))
}
save_cases <- function(file, extra = list()) {
  meta <- list(R = R.version.string, survey = as.character(packageVersion("survey")),
               options = list(survey.lonely.psu = getOption("survey.lonely.psu"),
                              survey.adjust.domain.lonely = getOption("survey.adjust.domain.lonely"),
                              survey.ultimate.cluster = getOption("survey.ultimate.cluster")))
  write(toJSON(list(meta = c(meta, extra), cases = cases), auto_unbox = TRUE, digits = I(16), pretty = TRUE,
               na = "null", null = "null"), file.path(R, file))
  cat(file, length(cases), "cases\n")
}
csv <- function(x, f, quote = FALSE) write.csv(x, file.path(D, f), row.names = FALSE, na = "", quote = quote, eol = "\n")

# rows for a svystat: level, est, se, normal CI (df = Inf), t CI, deffs
stat_rows <- function(s, df, levels = NULL) {
  e <- num(coef(s)); se <- num(SE(s)); ci <- confint(s); ct <- confint(s, df = df)
  de <- if (is.null(attr(s, "deff"))) NULL else num(deff(s))
  lapply(seq_along(e), function(i) {
    o <- list(level = if (is.null(levels)) names(coef(s))[i] else levels[i], est = e[i], se = se[i],
              ci_normal = num(ci[i, ]), ci_t = num(ct[i, ]), df = df)
    if (!is.null(de)) o$deff <- de[i]
    o })
}
mean_case <- function(id, data, dname, des, f, r = NULL) {
  s <- svymean(f, des, na.rm = TRUE, deff = TRUE); sr <- svymean(f, des, na.rm = TRUE, deff = "replace")
  df <- degf(des); rows <- stat_rows(s, df)
  d2 <- num(deff(sr)); for (i in seq_along(rows)) rows[[i]]$deff_replace <- d2[i]
  put(id, data, dname, if (is.null(r)) sprintf("svymean(%s, na.rm=TRUE, deff=TRUE | 'replace')", deparse1(f)) else r,
      df = df, rows = rows)
}
by_case <- function(id, data, dname, des, f, by) {
  b <- svyby(f, by, des, svymean, na.rm = TRUE, deff = TRUE)
  br <- svyby(f, by, des, svymean, na.rm = TRUE, deff = "replace")
  k <- length(coef(b)); ci <- confint(b); ct <- confint(b, df = degf(des))
  dcol <- function(x) num(unlist(as.data.frame(x)[grepl("^DEff", names(x))]))  # deff() itself fails for "replace"
  de <- dcol(b); dr <- dcol(br)
  nm <- names(coef(b)); e <- num(coef(b)); se <- num(unlist(SE(b)))
  put(id, data, dname, sprintf("svyby(%s, %s, svymean, na.rm=TRUE, deff=TRUE | 'replace')", deparse1(f), deparse1(by)),
      df = degf(des), rows = lapply(seq_len(k), function(i) list(level = nm[i], est = e[i], se = se[i],
        ci_normal = num(ci[i, ]), ci_t_full_df = num(ct[i, ]), deff = de[i], deff_replace = dr[i])))
}
# the domain "all variables of the formula answered"; n and df then count answered rows only
complete <- function(des, f) { ok <- complete.cases(des$variables[all.vars(f)]); if (all(ok)) des else des[which(ok), ] }
prop_case <- function(id, data, dname, des, f, methods = c("logit", "beta", "xlogit", "mean", "asin")) {
  v <- all.vars(f)[1]
  des <- complete(des, f)                            # svyciprop has no na.rm
  nn <- sum(weights(des, "sampling") != 0)
  rows <- lapply(methods, function(m) { p <- svyciprop(f, des, method = m, df = degf(des))
    ci <- num(attr(p, "ci")); list(method = m, est = num(coef(p)), se = num(SE(p)), ci = ci) })
  put(id, data, dname, sprintf("svyciprop(%s, design, method=, df=degf(design))", deparse1(f)),
      df = degf(des), n = nn, rows = rows)
}
chisq_case <- function(id, data, dname, des, f, stats = c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) {
  rows <- lapply(stats, function(s) { t <- svychisq(f, des, statistic = s, na.rm = TRUE)
    list(statistic = s, value = num(t$statistic)[1], parameter = num(t$parameter), p = num(t$p.value)[1]) })
  tt <- svychisq(f, des, statistic = "Chisq", na.rm = TRUE)
  # With missing answers na.rm=TRUE leaves n (and so the size of X2) and degf at all rows of the design; rows_complete
  # takes the answered rows as the domain first.  Not for calibrated designs, whose subsets keep zero-weight rows.
  dc <- if (is.null(des$postStrata)) complete(des, f)
  rc <- if (!is.null(dc)) lapply(stats, function(s) { t <- svychisq(f, dc, statistic = s)
    list(statistic = s, value = num(t$statistic)[1], parameter = num(t$parameter), p = num(t$p.value)[1]) })
  x <- as.matrix(tt$observed)
  put(id, data, dname, sprintf("svychisq(%s, design, statistic=, na.rm=TRUE); rows_complete: on subset(design, all answered)", deparse1(f)),
      df = degf(des), df_complete = if (!is.null(dc)) degf(dc), rows = rows, rows_complete = rc,
      table = list(row = rownames(x), col = colnames(x), weighted = unname(lapply(seq_len(nrow(x)), function(i) num(x[i, ])))))
}
ttest_case <- function(id, data, dname, des, y, g) {
  f <- as.formula(paste(y, "~", g))
  t <- svyttest(f, des)
  # The difference of two domain means, linearised by hand and summed with svytotal (svyby(covmat=TRUE) of
  # survey 4.1-1 stops on missing values and on domains of calibrated designs).
  gv <- as.character(eval(f[[3]], des$variables)); yv <- as.numeric(des$variables[[y]]); wt <- weights(des, "sampling")
  ok <- !is.na(gv) & !is.na(yv) & wt != 0; lv <- sort(unique(gv[ok])); stopifnot(length(lv) == 2)
  N <- sapply(lv, function(l) sum(wt[ok & gv == l])); m <- sapply(lv, function(l) sum((wt * yv)[ok & gv == l])) / N
  lin <- lapply(1:2, function(k) { o <- rep(0, length(yv)); i <- which(ok & gv == lv[k]); o[i] <- (yv[i] - m[k]) / N[k]; o })
  des$variables$.z0 <- lin[[1]]; des$variables$.z1 <- lin[[2]]; des$variables$.zd <- lin[[2]] - lin[[1]]
  v <- vcov(svytotal(~.z0 + .z1 + .zd, des)); d <- m[2] - m[1]; se <- sqrt(v[3, 3]); df <- degf(des)
  put(id, data, dname, sprintf("svyttest(%s, design); by_contrast: difference of the two domain means, SE by svytotal of the linearised variable", deparse1(f)),
      svyttest = list(difference = num(t$estimate), t = num(t$statistic), df = num(t$parameter), p = num(t$p.value)),
      by_contrast = list(levels = as.list(lv), est = num(m), se = num(sqrt(diag(v)[1:2])),
                         cov = num(v[1, 2]), difference = num(d), se_difference = num(se), t = num(d / se),
                         df = df, p = num(2 * pt(-abs(d / se), df)), p_normal = num(2 * pnorm(-abs(d / se)))))
}

# ------------------------------------------------------------------ 1. the synthetic barometer
start()
frame <- read.csv(file.path(D, "barometer_frame.csv")); samp <- read.csv(file.path(D, "barometer_sample.csv"))
resp <- read.csv(file.path(D, "barometer_responses.csv"), na.strings = "")
lev <- list(sector = c("kommune", "region", "stat"), branch = c("administration", "andet", "omsorg", "sundhed", "undervisning"),
            size = c("lille", "mellem", "stor"))
for (v in names(lev)) { frame[[v]] <- factor(frame[[v]], lev[[v]]); samp[[v]] <- factor(samp[[v]], lev[[v]]); resp[[v]] <- factor(resp[[v]], lev[[v]]) }
# base weights: design, response class = stratum, response class = sector x size
resp$w_design <- resp$N_h / resp$n_h
resp$w_stratum <- resp$N_h / resp$m_h
samp$w_design <- samp$N_h / samp$n_h
cl <- function(d) paste(d$sector, d$size)
adj <- tapply(samp$w_design, cl(samp), sum) / tapply(resp$w_design, cl(resp), sum)
resp$w_class <- resp$w_design * as.numeric(adj[cl(resp)])
for (n in c("novelty", "fac_politics", "fac_leader", "fac_staff")) resp[[n]] <- factor(resp[[n]])
resp$nov <- resp$novelty
resp$pol_scale <- factor(ifelse(resp$fac_politics == "9", NA, as.character(resp$fac_politics)))
resp$pol_promote <- as.numeric(ifelse(is.na(resp$pol_scale), NA, resp$pol_scale %in% c("1", "2")))

db <- svydesign(id = ~1, strata = ~stratum, weights = ~w_stratum, fpc = ~N_h, data = resp)
db0 <- svydesign(id = ~1, strata = ~stratum, weights = ~w_stratum, data = resp)
B <- "strata=stratum, weights=N_h/m_h, fpc=N_h"; B0 <- "strata=stratum, weights=N_h/m_h (no fpc)"
I <- subset(db, innovative == 1); I0 <- subset(db0, innovative == 1)
BI <- paste(B, "| domain innovative==1"); F <- "barometer_responses.csv"
both <- list(list(db, I, "", B, BI), list(db0, I0, ".nofpc", B0, paste(B0, "| domain innovative==1")))
for (z in both) {
  d <- z[[1]]; i <- z[[2]]; x <- z[[3]]; nb <- z[[4]]; ni <- z[[5]]
  mean_case(paste0("b.mean.innovative", x), F, nb, d, ~innovative)
  prop_case(paste0("b.ciprop.innovative", x), F, nb, d, ~innovative)
  by_case(paste0("b.by.sector.innovative", x), F, nb, d, ~innovative, ~sector)
  by_case(paste0("b.by.initpol.values", x), F, ni, i, ~val_efficiency, ~init_political)
  chisq_case(paste0("b.chisq.innovative.sector", x), F, nb, d, ~innovative + sector)
  chisq_case(paste0("b.chisq.novelty.initpol", x), F, ni, i, ~nov + init_political)
  ttest_case(paste0("b.ttest.val_efficiency.initpol", x), F, ni, i, "val_efficiency", "init_political")
}
by_case("b.by.branch.innovative", F, B, db, ~innovative, ~branch)
by_case("b.by.size.innovative", F, B, db, ~innovative, ~size)
by_case("b.by.sector_size.innovative", F, B, db, ~innovative, ~sector + size)
by_case("b.by.sector.initpol", F, BI, I, ~init_political, ~sector)
mean_case("b.mean.employees", F, B, db, ~employees)
for (v in c("init_political", "init_leader", "init_employee", "val_quality", "val_efficiency", "val_jobsat", "val_citizen", "val_political", "pol_promote"))
  mean_case(paste0("b.inno.mean.", v), F, BI, I, as.formula(paste0("~", v)))
mean_case("b.inno.mean.novelty", F, BI, I, ~nov)
mean_case("b.inno.mean.pol_scale", F, BI, I, ~pol_scale)
by_case("b.inno.by.initpol.novelty", F, BI, I, ~nov, ~init_political)
by_case("b.inno.by.sector.pol_scale", F, BI, I, ~pol_scale, ~sector)
prop_case("b.inno.ciprop.initpol", F, BI, I, ~init_political)
for (s in lev$sector) prop_case(paste0("b.ciprop.innovative.", s), F, paste0(B, " | domain sector==", s), subset(db, sector == s), ~innovative)
prop_case("b.inno.ciprop.val_political.initpol1", F, paste(BI, "& init_political==1"), subset(I, init_political == 1), ~val_political)
chisq_case("b.chisq.innovative.size", F, B, db, ~innovative + size)
chisq_case("b.chisq.innovative.branch", F, B, db, ~innovative + branch)
chisq_case("b.chisq.pol_scale.sector", F, BI, I, ~pol_scale + sector)
chisq_case("b.chisq.pol_scale.initpol", F, BI, I, ~pol_scale + init_political)
for (v in c("val_quality", "val_efficiency", "val_jobsat", "val_citizen", "val_political")) {
  chisq_case(paste0("b.chisq.", v, ".initpol"), F, BI, I, as.formula(paste0("~", v, "+ init_political")))
  if (v != "val_efficiency") ttest_case(paste0("b.ttest.", v, ".initpol"), F, BI, I, v, "init_political")
}
ttest_case("b.ttest.innovative.kommune_region", F, paste(B, "| domain sector in kommune, region"), subset(db, sector != "stat"), "innovative", "sector")
ttest_case("b.ttest.innovative.kommune_stat", F, paste(B, "| domain sector in kommune, stat"), subset(db, sector != "region"), "innovative", "sector")
tot <- svytotal(~innovative, db, deff = TRUE); put("b.total.innovative", F, B, "svytotal(~innovative)", df = degf(db), rows = stat_rows(tot, degf(db)))
tb <- svyby(~innovative, ~sector, db, svytotal); put("b.total.by.sector.innovative", F, B, "svyby(~innovative, ~sector, svytotal)", df = degf(db),
  rows = lapply(1:3, function(i) list(level = tb$sector[i], est = num(tb$innovative[i]), se = num(SE(tb))[i])))
db$variables$emp_inno <- db$variables$employees * db$variables$innovative
ra <- svyratio(~emp_inno, ~employees, db); put("b.ratio.employees_in_innovative", F, B, "svyratio(~I(employees*innovative), ~employees)", df = degf(db),
  rows = list(list(level = "ratio", est = num(coef(ra)), se = num(SE(ra)))))
# two-phase view: phase 1 = sample of n_h from N_h, phase 2 = m_h respondents from n_h at random inside strata
full <- merge(samp, resp[c("id", "innovative")], by = "id", all.x = TRUE); full$r <- full$responded == 1
d2 <- twophase(id = list(~1, ~1), strata = list(~stratum, ~stratum), fpc = list(~N_h, NULL), subset = ~r, data = full, method = "simple")
t2 <- svymean(~innovative, d2); y2 <- svyby(~innovative, ~sector, d2, svymean)
put("b.twophase.innovative", "barometer_sample.csv + responses", "twophase(strata=list(stratum,stratum), fpc=list(N_h,NULL), method='simple')",
    "svymean(~innovative); svyby(~innovative, ~sector)", rows = c(list(list(level = "all", est = num(coef(t2)), se = num(SE(t2)))),
    lapply(1:3, function(i) list(level = as.character(y2$sector[i]), est = num(y2$innovative[i]), se = num(SE(y2))[i]))))

# weighting from the class-adjusted weight (response class sector x size)
dc <- svydesign(id = ~1, strata = ~stratum, weights = ~w_class, fpc = ~N_h, data = resp)
pop2 <- as.data.frame(table(sector = frame$sector, branch = frame$branch)); p1 <- function(v) { x <- as.data.frame(table(frame[[v]])); names(x)[1] <- v; x }
XF <- colSums(model.matrix(~sector + branch + size + employees, frame)); XM <- colSums(model.matrix(~sector + branch + size, frame))
tight <- list(epsilon = 1e-12, maxit = 1000)
cb <- list(ps_sector_branch = postStratify(dc, ~sector + branch, pop2),
  rake_sector_branch_size = rake(dc, list(~sector, ~branch, ~size), list(p1("sector"), p1("branch"), p1("size")), control = tight),
  linear_margins = calibrate(dc, ~sector + branch + size, XM),
  linear_margins_emp = calibrate(dc, ~sector + branch + size + employees, XF),
  raking_margins_emp = calibrate(dc, ~sector + branch + size + employees, XF, calfun = "raking", epsilon = 1e-12, maxit = 500),
  logit_margins_emp = calibrate(dc, ~sector + branch + size + employees, XF, calfun = "logit", bounds = c(.8, 1.4), epsilon = 1e-12, maxit = 500),
  linear_bounded_emp = calibrate(dc, ~sector + branch + size + employees, XF, bounds = c(.85, 1.3), epsilon = 1e-12, maxit = 500))
inf <- suppressWarnings(tryCatch({ calibrate(dc, ~sector + branch + size + employees, XF, bounds = c(.9, 1.15)); "no error" }, error = conditionMessage))
put("b.cal.infeasible_bounds", F, "w_class", "calibrate(linear, bounds=c(.9,1.15)): no solution exists", message = inf)
W <- data.frame(id = resp$id, w_design = resp$w_design, w_class = resp$w_class, w_stratum = resp$w_stratum)
for (n in names(cb)) W[[n]] <- weights(cb[[n]])
W[-1] <- lapply(W[-1], function(x) sprintf("%.15g", x)); csv(W, "barometer_weights.csv")
put("b.population_totals", "barometer_frame.csv", "", "colSums(model.matrix(~sector+branch+size+employees, frame))", names = as.list(names(XF)), totals = num(XF))
for (n in c("class", names(cb))) {
  d <- if (n == "class") dc else cb[[n]]; nm <- paste("strata=stratum, weights=w_class, fpc=N_h then", n)
  put(paste0("b.weights.", n), "barometer_weights.csv", nm, "summary of weights(); kish = 1 + cv^2",
      sum = sum(weights(d)), min = min(weights(d)), max = max(weights(d)), ratio_min = min(weights(d) / weights(dc)),
      ratio_max = max(weights(d) / weights(dc)), kish = length(weights(d)) * sum(weights(d)^2) / sum(weights(d))^2)
  mean_case(paste0("b.cal.", n, ".mean.innovative"), F, nm, d, ~innovative)
  by_case(paste0("b.cal.", n, ".by.sector.innovative"), F, nm, d, ~innovative, ~sector)
  di <- subset(d, innovative == 1)
  by_case(paste0("b.cal.", n, ".by.initpol.val_jobsat"), F, paste(nm, "| innovative==1"), di, ~val_jobsat, ~init_political)
  ttest_case(paste0("b.cal.", n, ".ttest.val_jobsat.initpol"), F, paste(nm, "| innovative==1"), di, "val_jobsat", "init_political")
  chisq_case(paste0("b.cal.", n, ".chisq.novelty.initpol"), F, paste(nm, "| innovative==1"), di, ~nov + init_political, stats = c("F", "Chisq"))
  t <- svytotal(~employees, d); put(paste0("b.cal.", n, ".total.employees"), F, nm, "svytotal(~employees)", df = degf(d), rows = stat_rows(t, degf(d)))
}
# sampling::calib as a second source for the linear g-weights
if (requireNamespace("sampling", quietly = TRUE)) {
  g <- sampling::calib(model.matrix(~sector + branch + size + employees, resp), resp$w_class, XF, method = "linear")
  put("b.check.sampling_calib_linear", F, "", "max |sampling::calib g - survey::calibrate g|",
      max_abs_difference = max(abs(g - weights(cb$linear_margins_emp) / resp$w_class)), sampling = as.character(packageVersion("sampling")))
}
save_cases("barometer.json")

# ------------------------------------------------------------------ 2. edge cases on a tiny hand-checkable set
edge <- data.frame(id = sprintf("e%02d", 1:16), stratum = c(rep("a", 5), rep("b", 4), "c", rep("d", 3), rep("e", 3)),
  N_h = c(rep(50, 5), rep(20, 4), 7, rep(3, 3), rep(30, 3)), y = c(1,1,0,1,NA, 0,0,1,0, 1, 1,0,1, 0,0,0),
  z = c(1,1,1,1,1, 1,1,1,1, 1, 1,1,1, 1,1,1), dom = c("p","q","p","p","q", "q","p","p","q", "p", "p","p","q", "q","q","q"))
edge$n_h <- as.numeric(table(edge$stratum)[edge$stratum]); edge$w <- edge$N_h / edge$n_h
csv(edge, "edge.csv"); start()
for (m in c("adjust", "average", "certainty", "remove")) {
  options(survey.lonely.psu = m)
  de <- svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~N_h, data = edge)
  E <- paste0("strata=stratum, weights=w, fpc=N_h, lonely.psu=", m)
  s <- svymean(~y, de, na.rm = TRUE); put(paste0("edge.", m, ".mean.y"), "edge.csv", E, "svymean(~y, na.rm=TRUE)", df = degf(de), rows = stat_rows(s, degf(de)))
  s <- svymean(~z, de); put(paste0("edge.", m, ".mean.all_one"), "edge.csv", E, "svymean(~z): share of 100 %", df = degf(de), rows = stat_rows(s, degf(de)))
  b <- svyby(~y, ~dom, de, svymean, na.rm = TRUE)
  put(paste0("edge.", m, ".by.dom.y"), "edge.csv", E, "svyby(~y, ~dom, svymean, na.rm=TRUE)", df = degf(de),
      rows = lapply(1:2, function(i) list(level = b$dom[i], est = num(b$y[i]), se = num(SE(b))[i])))
  d1 <- subset(de, dom == "p"); s <- svymean(~y, d1, na.rm = TRUE)
  put(paste0("edge.", m, ".domain_p.degf"), "edge.csv", E, "degf(subset(design, dom=='p'))", df = degf(d1), rows = stat_rows(s, degf(d1)))
}
options(survey.lonely.psu = "fail")
msg <- tryCatch({ svymean(~y, svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~N_h, data = edge), na.rm = TRUE); "no error" }, error = conditionMessage)
put("edge.fail", "edge.csv", "lonely.psu=fail", "svymean(~y)", message = msg)
save_cases("edge.json")

# ------------------------------------------------------------------ 3. plans: allocation and sample size (base R)
start()
Nh <- table(frame$stratum); h <- names(Nh); N <- as.numeric(Nh)
ph <- c(kommune = .60, region = .70, stat = .55)[sub("\\..*", "", h)]; Sh <- sqrt(N / (N - 1) * ph * (1 - ph))
largest <- function(x, n) { b <- floor(x); o <- order(-(x - b), seq_along(x)); k <- n - sum(b); if (k > 0) b[o[1:k]] <- b[o[1:k]] + 1; b }
alloc <- function(size, n, lo, hi) { fix <- rep(NA, length(size)); repeat { free <- is.na(fix); x <- rep(0, length(size))
  x[free] <- (n - sum(fix[!free])) * size[free] / sum(size[free]); new <- free & (x >= hi); if (!any(new)) new <- free & (x <= lo)
  if (!any(new)) break; fix[new] <- ifelse(x[new] >= hi[new], hi[new], lo[new]); if (all(!is.na(fix))) { x <- fix; break } }
  x[!is.na(fix)] <- fix[!is.na(fix)]; x }
for (k in c("proportional", "neyman", "power_0.5", "equal")) {
  size <- switch(k, proportional = N, neyman = N * Sh, power_0.5 = N^.5, equal = rep(1, length(N)))
  plain <- 4540 * size / sum(size); box <- alloc(size, 4540, pmin(10, N), N)
  put(paste0("plan.alloc.", k), "barometer_frame.csv", "n = 4540 over 45 strata", "own R: n*size/sum(size); boxed between min(10,N_h) and N_h (strata over the ceiling fixed first, then those under the floor, repeated)",
      stratum = as.list(h), N_h = N, S_h = Sh, plain = plain, boxed = box, boxed_integer = largest(box, 4540))
}
z <- qnorm(.975)
for (p in c(.5, .7)) for (e in c(.01, .02, .03, .05)) { n0 <- z^2 * p * (1 - p) / e^2
  put(sprintf("plan.size.p%g.e%g", p, e), "", "srs", "n0=z^2 p q/e^2; n=n0/(1+(n0-1)/N), N=14000; n_wilson solves half width", p = p, e = e, n0 = n0, n_fpc = n0 / (1 + (n0 - 1) / 14000), n_invite_50 = ceiling(n0 / (1 + (n0 - 1) / 14000)) / .5) }
for (d in c(.03, .05, .1)) { pw <- power.prop.test(p1 = .5, p2 = .5 + d, power = .8)
  put(sprintf("plan.power.diff%g", d), "", "two proportions", "power.prop.test(p1=.5, p2=.5+d, power=.8, sig.level=.05)", n_per_group = pw$n) }
put("plan.power.given_n", "", "two proportions", "power.prop.test(n=600, p1=.5, p2=.55)", power = power.prop.test(n = 600, p1 = .5, p2 = .55)$power)
pv <- c(.001, .012, .04, .049, .2, .8)
put("plan.p_adjust", "", "", "p.adjust(p, method)", p = pv, holm = p.adjust(pv, "holm"), BH = p.adjust(pv, "BH"), bonferroni = p.adjust(pv, "bonferroni"))
save_cases("plan.json")

"""Kernels of the declared models. Printed by `python -m greekslab.codegen` from `formulas`.

`want` holds one bit for each Greek, in the order of the kernel's units; a line runs only if a wanted Greek
needs it. `x` is log(F/K), the sum of what the moneyness function returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from numpy import exp, inf, sqrt

from greekslab.primitives import Phi, clip_d, log_ratio, option_spread, phi
from greekslab.quantities import Input, Kernel, Unit

__all__ = ["KERNELS", "GreekName", "ModelName"]


def _bsm_moneyness(S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any) -> tuple[Any, ...]:
    return (T*(-q + r), log_ratio(S, K),)


def _bsm(want: int, S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x7fffdb:
        d1 = clip_d((0.5)*s + x/s)
    if want & 0x1bf9e35:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x3fff99:
        n1 = phi(d1)
    if want & 0x640453:
        P1 = Phi(eta*d1)
    if want & 0x1a00035:
        P2 = Phi(eta*d2)
    if want & 0x3fffdb:
        t0 = T*q
        t1 = exp(-t0)
    if want & 0x383959:
        t2 = S*t1
    if want & 0x1e00035:
        t3 = exp(-T*r)
    if want & 0x1a00031:
        t4 = K*t3
    if want & 0x383919:
        t5 = n1*t2
    if want & 0x200001:
        t6 = option_spread(eta, t2, t4, t5, x, s, P1, P2)
    if want & 0x640442:
        t7 = P1*eta
    if want & 0x40402:
        t8 = t1*t7
    if want & 0x1800034:
        t9 = P2*eta
    if want & 0x80808:
        t10 = t5*w
    if want & 0x1800030:
        t11 = t4*t9
    if want & 0x109190:
        t12 = 1.0/(w)
    if want & 0x101110:
        t13 = t12*t5
    if want & 0x101010:
        t14 = (0.5)*t13
    if want & 0x200040:
        t15 = t2*t7
    if want & 0x3f80:
        t16 = 1.0/(sigma)
    if want & 0x7c680:
        t17 = n1*t1
    if want & 0x680:
        t18 = t16*t17
    if want & 0x818080:
        t19 = 1.0/(S)
    if want & 0x8080:
        t20 = t12*t19
    if want & 0x4400:
        t21 = 1.0/(T)
    if want & 0x151400:
        t22 = d2*sigma
        t23 = -q + r
    if want & 0x88800:
        t24 = d1*d2
    if want & 0x151000:
        t25 = d1*t22
    if want & 0x111000:
        t26 = 2.0*w
    if want & 0x101000:
        t27 = q*t26
    if want & 0x111000:
        t28 = t23*t26
        t29 = d1*t28
    if want & 0x101000:
        t30 = d2*t27
    if want & 0x42000:
        t31 = T*d1
    if want & 0x1004000:
        t32 = 1.0/(S*S)
    if want & 0x44000:
        t33 = sigma*w
    if want & 0x1fc000:
        t34 = (sigma*sigma)
        t35 = 1.0/(t34)
    if want & 0x7c000:
        t36 = t17*t35
    if want & 0x50000:
        t37 = (w*w*w)
    if want & 0x1e0000:
        t38 = (d2*d2)
    if want & 0x40000:
        t39 = d2*t34
    if want & 0x140000:
        t40 = d1*t38
    if want & 0x40000:
        t41 = 4.0*t23
    if want & 0x180000:
        t42 = (d1*d1)
    if want & 0x100000:
        t43 = d2*t28
    if want & 0x1:
        got["price"] = t6
    if want & 0x2:
        got["delta"] = t8
    if want & 0x4:
        got["dual_delta"] = -t3*t9
    if want & 0x8:
        got["vega"] = t10
    if want & 0x10:
        got["theta"] = P1*S*eta*q*t1 - r*t11 - sigma*t14
    if want & 0x20:
        got["rho"] = T*t11
    if want & 0x40:
        got["epsilon"] = -T*t15
    if want & 0x80:
        got["gamma"] = t18*t20
    if want & 0x100:
        got["dual_gamma"] = t13*t16/(K*K)
    if want & 0x200:
        got["vanna"] = -d2*t18
    if want & 0x400:
        got["charm"] = q*t8 - 0.5*t18*t21*(-t22 + 2.0*t23*w)
    if want & 0x800:
        got["volga"] = t10*t16*t24
    if want & 0x1000:
        got["veta"] = -t14*t16*(-d1*t27 + sigma + t25 - t29 + t30)
    if want & 0x2000:
        got["vera"] = -t16*t31*t5
    if want & 0x4000:
        got["speed"] = -t21*t32*t36*(d1 + t33)
    if want & 0x8000:
        got["zomma"] = t20*t36*(t24 - 1.0)
    if want & 0x10000:
        got["color"] = (0.5)*t19*t36*(2.0*sigma*t0 + sigma - t25 + t29)/t37
    if want & 0x20000:
        got["dvannadvol"] = -t36*(d1*t38 - d1 - d2)
    if want & 0x40000:
        got["parmicharma"] = (q*q)*t8 - 0.25*t36*(-d1*t34 + 8.0*q*sigma*t23*t37 - 4.0*t0*t39 + 4.0*(t23*t23)*t31 - t25*t41*w + t33*t41 + t34*t40 - 2.0*t39)/(T*T)
    if want & 0x80000:
        got["ultima"] = t10*t35*(-t24 + t38*t42 - t38 - t42)
    if want & 0x100000:
        got["totto"] = -t14*t35*(sigma*t38*t42 - sigma*t38 - sigma*t42 + t25 + t27*t40 + t29 - t30*t42 - t42*t43 + t43)
    if want & 0x200000:
        got["elasticity"] = t15/t6
    if want & 0x400000:
        got["delta_forward"] = t3*t7
    if want & 0x800000:
        got["delta_premium_adjusted"] = t11*t19
    if want & 0x1000000:
        got["delta_coin"] = t11*t32
    return got


def _black76_moneyness(F: Any, K: Any, T: Any, sigma: Any, r: Any) -> tuple[Any, ...]:
    return (log_ratio(F, K),)


def _black76(want: int, F: Any, K: Any, T: Any, sigma: Any, r: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x3ffffb:
        d1 = clip_d((0.5)*s + x/s)
    if want & 0xdfcf35:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x1fffd9:
        n1 = phi(d1)
    if want & 0x320233:
        P1 = Phi(eta*d1)
    if want & 0xd00035:
        P2 = Phi(eta*d2)
    t0 = T*r
    t1 = exp(-t0)
    if want & 0x1c1cb9:
        t2 = F*t1
    if want & 0xd00011:
        t3 = K*t1
    if want & 0x1c1c99:
        t4 = n1*t2
    if want & 0x100001:
        t5 = option_spread(eta, t2, t3, t4, x, s, P1, P2)
    if want & 0x220206:
        t6 = eta*t1
    if want & 0x220202:
        t7 = P1*t6
    if want & 0x40408:
        t8 = t4*w
    if want & 0xc00010:
        t9 = P2*t3
    if want & 0x848d0:
        t10 = 1.0/(w)
    if want & 0x80890:
        t11 = t10*t4
    if want & 0x80810:
        t12 = (0.5)*t11
    if want & 0x100020:
        t13 = P1*t2
    if want & 0x885c0:
        t14 = 1.0/(sigma)
    if want & 0x3e340:
        t15 = n1*t1
    if want & 0x8140:
        t16 = t14*t15
    if want & 0x40c040:
        t17 = 1.0/(F)
    if want & 0x4040:
        t18 = t10*t17
    if want & 0x2200:
        t19 = 1.0/(T)
    if want & 0xccc00:
        t20 = d1*d2
    if want & 0x9000:
        t21 = (w*w*w)
    if want & 0x802000:
        t22 = 1.0/(F*F)
    if want & 0x56000:
        t23 = 1.0/(sigma*sigma)
    if want & 0x16000:
        t24 = t15*t23
    if want & 0x88000:
        t25 = -t20
        t26 = 2.0*t0
    if want & 0xf0000:
        t27 = (d2*d2)
    if want & 0x30000:
        t28 = -d1*t27 + d1
    if want & 0xc0000:
        t29 = (d1*d1)
        t30 = -t27*t29 + t27 + t29
    if want & 0xc00000:
        t31 = eta*t9
    if want & 0x1:
        got["price"] = t5
    if want & 0x2:
        got["delta"] = t7
    if want & 0x4:
        got["dual_delta"] = -P2*t6
    if want & 0x8:
        got["vega"] = t8
    if want & 0x10:
        got["theta"] = F*P1*eta*r*t1 - eta*r*t9 - sigma*t12
    if want & 0x20:
        got["rho"] = K*P2*T*eta*t1 - T*eta*t13
    if want & 0x40:
        got["gamma"] = t16*t18
    if want & 0x80:
        got["dual_gamma"] = t11*t14/(K*K)
    if want & 0x100:
        got["vanna"] = -d2*t16
    if want & 0x200:
        got["charm"] = (0.5)*d2*t15*t19 + r*t7
    if want & 0x400:
        got["volga"] = t14*t20*t8
    if want & 0x800:
        got["veta"] = t12*(2.0*T*r - t20 - 1.0)
    if want & 0x1000:
        got["vera"] = -t21*t4
    if want & 0x2000:
        got["speed"] = -t19*t22*t24*(d1 + sigma*w)
    if want & 0x4000:
        got["zomma"] = t18*t24*(t20 - 1.0)
    if want & 0x8000:
        got["color"] = (0.5)*t16*t17*(t25 + t26 + 1.0)/t21
    if want & 0x10000:
        got["dvannadvol"] = -t24*(-d2 - t28)
    if want & 0x20000:
        got["parmicharma"] = (r*r)*t7 + (0.25)*t15*(4.0*d2*t0 + 2.0*d2 + t28)/(T*T)
    if want & 0x40000:
        got["ultima"] = t23*t8*(-t20 - t30)
    if want & 0x80000:
        got["totto"] = t12*t14*(t20*t26 + t25 + t30)
    if want & 0x100000:
        got["elasticity"] = eta*t13/t5
    if want & 0x200000:
        got["delta_forward"] = t7
    if want & 0x400000:
        got["delta_premium_adjusted"] = t17*t31
    if want & 0x800000:
        got["delta_coin"] = t22*t31
    return got


def _inverse_moneyness(F: Any, K: Any, T: Any, sigma: Any) -> tuple[Any, ...]:
    return (log_ratio(F, K),)


def _inverse(want: int, F: Any, K: Any, T: Any, sigma: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x7fff9:
        d1 = clip_d((0.5)*s + x/s)
    if want & 0x7fe27:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x7fff9:
        n1 = phi(d1)
    if want & 0x40001:
        P1 = Phi(eta*d1)
    if want & 0x40827:
        P2 = Phi(eta*d2)
    if want & 0x4c185:
        t0 = 1.0/(F)
    if want & 0x40001:
        t1 = K*t0
        t2 = option_spread(eta, 1.0, t1, n1, x, s, P1, P2)
    if want & 0x3022:
        t3 = 1.0/(F*F)
    if want & 0x40026:
        t4 = P2*eta
    if want & 0x22:
        t5 = K*t4
    if want & 0x10208:
        t6 = n1*w
    if want & 0x21470:
        t7 = n1/w
    if want & 0x20410:
        t8 = (0.5)*t7
    if want & 0x222e0:
        t9 = 1.0/(sigma)
    if want & 0x60:
        t10 = t7*t9
    if want & 0x820:
        t11 = 1.0/(F*F*F)
    if want & 0xc180:
        t12 = n1*t0
    if want & 0x180:
        t13 = d1*t12
    if want & 0x900:
        t14 = 1.0/(T)
    if want & 0x33600:
        t15 = d1*d2
    if want & 0x15800:
        t16 = 1.0/(sigma*sigma)
    if want & 0x3800:
        t17 = sigma*w
    if want & 0xb000:
        t18 = 2.0*d1
    if want & 0x3000:
        t19 = t3*(t15 + t17*t18 - 1.0)
    if want & 0x3c000:
        t20 = (d1*d1)
    if want & 0xc000:
        t21 = -d2*t20 + d2
    if want & 0x30000:
        t22 = (d2*d2)
    if want & 0x1:
        got["price"] = t2
    if want & 0x2:
        got["delta"] = t3*t5
    if want & 0x4:
        got["dual_delta"] = -t0*t4
    if want & 0x8:
        got["vega"] = t6
    if want & 0x10:
        got["theta"] = -sigma*t8
    if want & 0x20:
        got["gamma"] = t10*t3 - 2.0*t11*t5
    if want & 0x40:
        got["dual_gamma"] = t10/(K*K)
    if want & 0x80:
        got["vanna"] = -t13*t9
    if want & 0x100:
        got["charm"] = (0.5)*t13*t14
    if want & 0x200:
        got["volga"] = t15*t6*t9
    if want & 0x400:
        got["veta"] = -t8*(t15 + 1.0)
    if want & 0x800:
        got["speed"] = -n1*t11*t14*t16*(d1 + 4.0*t17) + 6.0*K*P2*eta/(F*F*F*F)
    if want & 0x1000:
        got["zomma"] = t16*t19*t7
    if want & 0x2000:
        got["color"] = -0.5*n1*t19*t9/(w*w*w)
    if want & 0x4000:
        got["dvannadvol"] = -t12*t16*(-d1 - t21)
    if want & 0x8000:
        got["parmicharma"] = -0.25*t12*(-t18 - t21)/(T*T)
    if want & 0x10000:
        got["ultima"] = t16*t6*(-t15 + t20*t22 - t20 - t22)
    if want & 0x20000:
        got["totto"] = -t8*t9*(t15 + t20*t22 - t20 - t22)
    if want & 0x40000:
        got["elasticity"] = t1*t4/t2
    return got


KERNELS: Mapping[str, Kernel] = MappingProxyType({
    "bsm": Kernel(
        "bsm",
        (
            Input(name="S", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="spot", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
            Input(name="q", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="dividend or foreign yield, continuous", latex=""),
        ),
        "S",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("quote", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "epsilon": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("underlying", 1), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", 1), ("vol", -2))),
            "veta": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("quote", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("underlying", 1), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", 1), ("vol", -3))),
            "totto": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _bsm_moneyness,
        _bsm,
        {
            "T": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "theta", "veta", "zomma"]),
            "sigma": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "zomma"]),
        },
    ),
    "black76": Kernel(
        "black76",
        (
            Input(name="F", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="forward", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
        ),
        "F",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("quote", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("underlying", 1), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", 1), ("vol", -2))),
            "veta": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("quote", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("underlying", 1), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", 1), ("vol", -3))),
            "totto": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _black76_moneyness,
        _black76,
        {
            "T": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "theta", "veta", "zomma"]),
            "sigma": frozenset(["color", "dual_gamma", "elasticity", "gamma", "speed", "zomma"]),
        },
    ),
    "inverse": Kernel(
        "inverse",
        (
            Input(name="F", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="forward", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
        ),
        "F",
        "inverse",
        Unit(powers=(("underlying", 1),)),
        {
            "price": Unit(powers=(("underlying", 1),)),
            "delta": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_delta": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vega": Unit(powers=(("underlying", 1), ("vol", -1))),
            "theta": Unit(powers=(("underlying", 1), ("yr", -1))),
            "gamma": Unit(powers=(("quote", -2), ("underlying", 3))),
            "dual_gamma": Unit(powers=(("quote", -2), ("underlying", 3))),
            "vanna": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "charm": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "volga": Unit(powers=(("underlying", 1), ("vol", -2))),
            "veta": Unit(powers=(("underlying", 1), ("yr", -1), ("vol", -1))),
            "speed": Unit(powers=(("quote", -3), ("underlying", 4))),
            "zomma": Unit(powers=(("quote", -2), ("underlying", 3), ("vol", -1))),
            "color": Unit(powers=(("quote", -2), ("underlying", 3), ("yr", -1))),
            "dvannadvol": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -2))),
            "parmicharma": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -2))),
            "ultima": Unit(powers=(("underlying", 1), ("vol", -3))),
            "totto": Unit(powers=(("underlying", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
        },
        _inverse_moneyness,
        _inverse,
        {
            "T": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "theta", "veta", "zomma"]),
            "sigma": frozenset(["color", "dual_gamma", "elasticity", "gamma", "speed", "zomma"]),
        },
    ),
})


GreekName = Literal[
    "price",
    "delta",
    "dual_delta",
    "vega",
    "theta",
    "rho",
    "epsilon",
    "gamma",
    "dual_gamma",
    "vanna",
    "charm",
    "volga",
    "veta",
    "vera",
    "speed",
    "zomma",
    "color",
    "dvannadvol",
    "parmicharma",
    "ultima",
    "totto",
    "elasticity",
    "delta_forward",
    "delta_premium_adjusted",
    "delta_coin",
]
ModelName = Literal["bsm", "black76", "inverse"]

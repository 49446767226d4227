"""schema.org's LocalBusiness and its subtypes, without those that name authorities and their branches.

Source: https://schema.org/LocalBusiness. A type that isn't listed here is given as LocalBusiness.
"""

from __future__ import annotations

import re
from typing import Final

LOCAL_BUSINESSES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    AccountingService AmusementPark AnimalShelter ArchiveOrganization ArtGallery Attorney
    AutoBodyShop AutoDealer AutoPartsStore AutoRental AutoRepair AutoWash AutomotiveBusiness Bakery
    BankOrCreditUnion BarOrPub BeautySalon BedAndBreakfast BikeStore BookStore BowlingAlley Brewery
    CafeOrCoffeeShop Campground Casino ChildCare ClothingStore ComedyClub ComputerStore
    ConvenienceStore DaySpa Dentist DepartmentStore Distillery DryCleaningOrLaundry Electrician
    ElectronicsStore EmploymentAgency EntertainmentBusiness ExerciseGym FastFoodRestaurant
    FinancialService Florist FoodEstablishment FurnitureStore GardenStore GasStation
    GeneralContractor GolfCourse GroceryStore HVACBusiness HairSalon HardwareStore
    HealthAndBeautyBusiness HealthClub HobbyShop HomeAndConstructionBusiness HomeGoodsStore Hospital
    Hostel Hotel HousePainter IceCreamShop InsuranceAgency InternetCafe JewelryStore LegalService
    Library LiquorStore LocalBusiness Locksmith LodgingBusiness MedicalBusiness MedicalClinic
    MensClothingStore MobilePhoneStore Motel MotorcycleDealer MotorcycleRepair MovieTheater
    MovingCompany MusicStore NailSalon NightClub Notary OfficeEquipmentStore Optician PetStore
    Pharmacy Physician Plumber ProfessionalService PublicSwimmingPool RealEstateAgent
    RecyclingCenter Resort Restaurant RoofingContractor SelfStorage ShoeStore ShoppingCenter
    SkiResort SportingGoodsStore SportsActivityLocation SportsClub StadiumOrArena Store TattooParlor
    TennisComplex TireShop TouristInformationCenter ToyStore TravelAgency VeterinaryCare
    WholesaleStore Winery
        """,
    )
)

SERVE_FOOD: Final = frozenset(
    {
        *("Bakery", "BarOrPub", "Brewery", "CafeOrCoffeeShop", "Distillery", "FastFoodRestaurant"),
        *("FoodEstablishment", "IceCreamShop", "Restaurant", "Winery"),
    }
)
"""FoodEstablishment and its subtypes: only these have a cuisine."""
